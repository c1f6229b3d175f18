import type { Cloud } from '../cloud.ts';
import type {
  NeutronPort,
  NeutronRouter,
  NeutronSecurityGroup,
  NeutronSecurityGroupRule,
  NeutronSubnet,
} from '../shapes/neutron.ts';
import { type DataSourceTables, table } from './table.ts';

/** Congress's `neutronv2` driver. */
export const neutronTables: DataSourceTables = {
  name: 'neutronv2',
  description: 'OpenStack Networking',
  tables: [
    table('networks', ({ neutron }) => neutron.networks, [
      ['id', (network) => network.id],
      ['tenant_id', (network) => network.tenant_id],
      ['name', (network) => network.name],
      ['status', (network) => network.status],
      ['admin_state_up', (network) => network.admin_state_up],
      ['shared', (network) => network.shared],
    ]),
    table('ports', ({ neutron }) => neutron.ports, [
      ['id', (port) => port.id],
      ['tenant_id', (port) => port.tenant_id],
      ['name', (port) => port.name],
      ['network_id', (port) => port.network_id],
      ['mac_address', (port) => port.mac_address],
      ['admin_state_up', (port) => port.admin_state_up],
      ['status', (port) => port.status],
      ['device_id', (port) => port.device_id],
      ['device_owner', (port) => port.device_owner],
    ]),
    table(
      'fixed_ips',
      partsOfPorts((port) => port.fixed_ips),
      [
        ['port_id', ({ whole }) => whole.id],
        ['ip_address', ({ part }) => part.ip_address],
        ['subnet_id', ({ part }) => part.subnet_id],
      ],
    ),
    table(
      'security_group_port_bindings',
      partsOfPorts((port) => port.security_groups),
      [
        ['port_id', ({ whole }) => whole.id],
        ['security_group_id', ({ part }) => part],
      ],
    ),
    table('subnets', ({ neutron }) => neutron.subnets, [
      ['id', (subnet) => subnet.id],
      ['tenant_id', (subnet) => subnet.tenant_id],
      ['name', (subnet) => subnet.name],
      ['network_id', (subnet) => subnet.network_id],
      ['ip_version', (subnet) => subnet.ip_version],
      ['cidr', (subnet) => subnet.cidr],
      ['gateway_ip', (subnet) => subnet.gateway_ip],
      ['enable_dhcp', (subnet) => subnet.enable_dhcp],
      ['ipv6_ra_mode', (subnet) => subnet.ipv6_ra_mode],
      ['ipv6_address_mode', (subnet) => subnet.ipv6_address_mode],
    ]),
    table(
      'allocation_pools',
      partsOfSubnets((subnet) => subnet.allocation_pools),
      [
        ['subnet_id', ({ whole }) => whole.id],
        ['start', ({ part }) => part.start],
        ['end', ({ part }) => part.end],
      ],
    ),
    table(
      'dns_nameservers',
      partsOfSubnets((subnet) => subnet.dns_nameservers),
      [
        ['subnet_id', ({ whole }) => whole.id],
        ['dns_nameserver', ({ part }) => part],
      ],
    ),
    table(
      'host_routes',
      partsOfSubnets((subnet) => subnet.host_routes),
      [
        ['subnet_id', ({ whole }) => whole.id],
        ['destination', ({ part }) => part.destination],
        ['nexthop', ({ part }) => part.nexthop],
      ],
    ),
    table('routers', ({ neutron }) => neutron.routers, [
      ['id', (router) => router.id],
      ['tenant_id', (router) => router.tenant_id],
      ['status', (router) => router.status],
      ['admin_state_up', (router) => router.admin_state_up],
      ['name', (router) => router.name],
      ['distributed', (router) => router.distributed],
    ]),
    table('external_gateway_infos', partsOfRouters(gatewaysOf), [
      ['router_id', ({ whole }) => whole.id],
      ['network_id', ({ part }) => part.network_id],
      ['enable_snat', ({ part }) => part.enable_snat],
    ]),
    table(
      'external_fixed_ips',
      partsOfRouters((router) => gatewaysOf(router).flatMap((it) => it.external_fixed_ips)),
      [
        ['router_id', ({ whole }) => whole.id],
        ['subnet_id', ({ part }) => part.subnet_id],
        ['ip_address', ({ part }) => part.ip_address],
      ],
    ),
    table('security_groups', ({ neutron }) => neutron.securityGroups, [
      ['id', (group) => group.id],
      ['tenant_id', (group) => group.tenant_id],
      ['name', (group) => group.name],
      ['description', (group) => group.description],
    ]),
    table('security_group_rules', rulesOf, [
      ['security_group_id', ({ whole }) => whole.id],
      ['id', ({ part }) => part.id],
      ['tenant_id', ({ part }) => part.tenant_id],
      ['remote_group_id', ({ part }) => part.remote_group_id],
      ['direction', ({ part }) => part.direction],
      ['ethertype', ({ part }) => part.ethertype],
      ['protocol', ({ part }) => part.protocol],
      ['port_range_min', ({ part }) => part.port_range_min],
      ['port_range_max', ({ part }) => part.port_range_max],
      ['remote_ip_prefix', ({ part }) => part.remote_ip_prefix],
    ]),
    table('floating_ips', ({ neutron }) => neutron.floatingIps, [
      ['id', (floating) => floating.id],
      ['router_id', (floating) => floating.router_id],
      ['tenant_id', (floating) => floating.tenant_id],
      ['floating_network_id', (floating) => floating.floating_network_id],
      ['fixed_ip_address', (floating) => floating.fixed_ip_address],
      ['floating_ip_address', (floating) => floating.floating_ip_address],
      ['port_id', (floating) => floating.port_id],
      ['status', (floating) => floating.status],
    ]),
  ],
};

/** One element of a list inside an object, with that object. */
interface Part<Whole, Element> {
  readonly whole: Whole;
  readonly part: Element;
}

type Parts<Whole, Element> = (cloud: Cloud) => readonly Part<Whole, Element>[];

function partsOf<Whole, Element>(
  wholes: (cloud: Cloud) => readonly Whole[],
  elements: (whole: Whole) => readonly Element[],
): Parts<Whole, Element> {
  return (cloud) => wholes(cloud).flatMap((whole) => elements(whole).map((part) => ({ whole, part })));
}

function partsOfPorts<Element>(
  elements: (port: NeutronPort) => readonly Element[],
): Parts<NeutronPort, Element> {
  return partsOf(({ neutron }) => neutron.ports, elements);
}

function partsOfSubnets<Element>(
  elements: (subnet: NeutronSubnet) => readonly Element[],
): Parts<NeutronSubnet, Element> {
  return partsOf(({ neutron }) => neutron.subnets, elements);
}

function partsOfRouters<Element>(
  elements: (router: NeutronRouter) => readonly Element[],
): Parts<NeutronRouter, Element> {
  return partsOf(({ neutron }) => neutron.routers, elements);
}

function gatewaysOf({ external_gateway_info }: NeutronRouter) {
  return external_gateway_info === null ? [] : [external_gateway_info];
}

function rulesOf(cloud: Cloud): readonly Part<NeutronSecurityGroup, NeutronSecurityGroupRule>[] {
  return partsOf(
    ({ neutron }) => neutron.securityGroups,
    (group: NeutronSecurityGroup) => group.security_group_rules,
  )(cloud);
}
