/** Neutron v2.0 as its API answers, as far as the example uses it. */

export type NeutronStatus = 'ACTIVE' | 'DOWN' | 'BUILD' | 'ERROR';

/** GET /v2.0/networks */
export interface NeutronNetwork {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly status: NeutronStatus;
  readonly admin_state_up: boolean;
  /** Every project may use it. */
  readonly shared: boolean;
  readonly 'router:external': boolean;
  readonly subnets: readonly string[];
  readonly mtu: number;
}

/** GET /v2.0/subnets */
export interface NeutronSubnet {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly network_id: string;
  readonly ip_version: 4 | 6;
  readonly cidr: string;
  readonly gateway_ip: string;
  readonly enable_dhcp: boolean;
  readonly ipv6_ra_mode: string | null;
  readonly ipv6_address_mode: string | null;
  readonly allocation_pools: readonly { readonly start: string; readonly end: string }[];
  readonly dns_nameservers: readonly string[];
  readonly host_routes: readonly { readonly destination: string; readonly nexthop: string }[];
}

/** GET /v2.0/ports */
export interface NeutronPort {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly network_id: string;
  readonly mac_address: string;
  readonly admin_state_up: boolean;
  readonly status: NeutronStatus;
  /** The server, router or DHCP agent behind it. */
  readonly device_id: string;
  /** `compute:<zone>`, `network:router_interface`, `network:dhcp`, ... */
  readonly device_owner: string;
  readonly fixed_ips: readonly NeutronFixedIp[];
  readonly security_groups: readonly string[];
}

export interface NeutronFixedIp {
  readonly subnet_id: string;
  readonly ip_address: string;
}

/** GET /v2.0/routers */
export interface NeutronRouter {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly status: NeutronStatus;
  readonly admin_state_up: boolean;
  readonly distributed: boolean;
  readonly external_gateway_info: {
    readonly network_id: string;
    readonly enable_snat: boolean;
    readonly external_fixed_ips: readonly NeutronFixedIp[];
  } | null;
}

/** GET /v2.0/security-groups, with their rules. */
export interface NeutronSecurityGroup {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly description: string;
  readonly security_group_rules: readonly NeutronSecurityGroupRule[];
}

export interface NeutronSecurityGroupRule {
  readonly id: string;
  readonly tenant_id: string;
  readonly security_group_id: string;
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  /** Null is any protocol. */
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_group_id: string | null;
}

/** GET /v2.0/floatingips */
export interface NeutronFloatingIp {
  readonly id: string;
  readonly tenant_id: string;
  readonly floating_network_id: string;
  readonly floating_ip_address: string;
  readonly router_id: string | null;
  readonly port_id: string | null;
  readonly fixed_ip_address: string | null;
  readonly status: 'ACTIVE' | 'DOWN' | 'ERROR';
}

export interface Neutron {
  readonly networks: readonly NeutronNetwork[];
  readonly subnets: readonly NeutronSubnet[];
  readonly ports: readonly NeutronPort[];
  readonly routers: readonly NeutronRouter[];
  readonly securityGroups: readonly NeutronSecurityGroup[];
  readonly floatingIps: readonly NeutronFloatingIp[];
}
