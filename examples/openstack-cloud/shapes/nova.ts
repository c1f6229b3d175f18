/** Nova (microversion 2.26) as its API answers, as far as the example uses it. */

/** GET /servers/detail?all_tenants=1 */
export interface NovaServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly tenant_id: string;
  readonly user_id: string;
  /** A hash of project and host, as Nova hides the host from tenants; empty while it has none. */
  readonly hostId: string;
  /** The empty string when the server was booted from a volume. */
  readonly image: { readonly id: string } | '';
  readonly flavor: { readonly id: string };
  /** By network name. */
  readonly addresses: Readonly<Record<string, readonly NovaAddress[]>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly key_name: string | null;
  readonly security_groups: readonly { readonly name: string }[];
  readonly created: string;
  readonly updated: string;
  readonly tags: readonly string[];
  readonly locked: boolean;
  readonly config_drive: string;
  readonly 'OS-EXT-AZ:availability_zone': string;
  readonly 'OS-EXT-SRV-ATTR:host': string | null;
  readonly 'OS-EXT-SRV-ATTR:hypervisor_hostname': string | null;
  readonly 'OS-EXT-SRV-ATTR:instance_name': string;
  readonly 'OS-EXT-STS:vm_state': string;
  readonly 'OS-EXT-STS:task_state': string | null;
  readonly 'OS-EXT-STS:power_state': number;
}

export interface NovaAddress {
  readonly addr: string;
  readonly version: 4 | 6;
  readonly 'OS-EXT-IPS:type': 'fixed' | 'floating';
  readonly 'OS-EXT-IPS-MAC:mac_addr': string;
}

/** GET /flavors/detail */
export interface NovaFlavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  /** MiB. */
  readonly ram: number;
  /** GiB. */
  readonly disk: number;
  readonly swap: number | '';
  readonly 'OS-FLV-EXT-DATA:ephemeral': number;
  /** A float in Nova: 1.0. */
  readonly rxtx_factor: number;
  readonly 'os-flavor-access:is_public': boolean;
}

/** GET /os-hypervisors */
export interface NovaHypervisor {
  readonly id: number;
  readonly hypervisor_hostname: string;
  readonly state: 'up' | 'down';
  readonly status: 'enabled' | 'disabled';
}

/** GET /os-services */
export interface NovaService {
  readonly id: number;
  readonly binary: string;
  readonly host: string;
  readonly zone: string;
  readonly status: 'enabled' | 'disabled';
  readonly state: 'up' | 'down';
  readonly updated_at: string;
  readonly disabled_reason: string | null;
}

/** GET /os-availability-zone */
export interface NovaAvailabilityZone {
  readonly zoneName: string;
  readonly zoneState: { readonly available: boolean };
}

export interface Nova {
  readonly servers: readonly NovaServer[];
  readonly flavors: readonly NovaFlavor[];
  readonly hypervisors: readonly NovaHypervisor[];
  readonly services: readonly NovaService[];
  readonly availabilityZones: readonly NovaAvailabilityZone[];
}
