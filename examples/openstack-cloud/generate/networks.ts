import type { SeededRandom } from '../seeded-random.ts';
import type {
  NeutronFixedIp,
  NeutronNetwork,
  NeutronPort,
  NeutronRouter,
  NeutronSubnet,
} from '../shapes/neutron.ts';
import type { Identity, Team } from './identity.ts';
import { networkPort } from './ports.ts';

/** All networks, what joins them, and where servers may be attached. */
export interface Networks {
  readonly networks: readonly NeutronNetwork[];
  readonly subnets: readonly NeutronSubnet[];
  readonly routers: readonly NeutronRouter[];
  /** Of routers and DHCP agents. */
  readonly ports: readonly NeutronPort[];
  /** Networks that every project may use. */
  readonly shared: readonly AttachableNetwork[];
  /** Where floating addresses come from. */
  readonly external: AttachableNetwork;
  /** By project id; the first is the one most servers of the project are on. */
  readonly ofProject: ReadonlyMap<string, ProjectNetworks>;
}

export interface ProjectNetworks {
  readonly networks: readonly [AttachableNetwork, ...AttachableNetwork[]];
  readonly router: NeutronRouter;
}

export interface AttachableNetwork {
  readonly network: NeutronNetwork;
  /** The next free address of each subnet. */
  takeAddresses(): readonly NeutronFixedIp[];
}

export function generateNetworks(random: SeededRandom, identity: Identity): Networks {
  const builder = new NetworkBuilder(random);
  const service = identity.serviceProject.id;
  const external = builder.network({
    projectId: service,
    name: 'ext-net',
    ipv4: [198, 18, 15],
    external: true,
  });
  const shared = ['provider-az1', 'provider-az2', 'shared-storage'].map((name, index) =>
    builder.network({ projectId: service, name, ipv4: [172, 16 + index, 16], shared: true }),
  );
  const ofProject = new Map(
    identity.teams.map((team): [string, ProjectNetworks] => [
      team.project.id,
      builder.ofTeam(team, external),
    ]),
  );
  const { networks, subnets, routers, ports } = builder;
  return { networks, subnets, routers, ports, shared, external, ofProject };
}

interface NetworkRequest {
  readonly projectId: string;
  readonly name: string;
  /** First two bytes of the range, and the length of its prefix. */
  readonly ipv4: readonly [number, number, number];
  /** Third byte, when the prefix is longer than 16. */
  readonly third?: number;
  readonly ipv6?: string;
  readonly shared?: boolean;
  readonly external?: boolean;
}

class NetworkBuilder {
  readonly networks: NeutronNetwork[] = [];
  readonly subnets: NeutronSubnet[] = [];
  readonly routers: NeutronRouter[] = [];
  readonly ports: NeutronPort[] = [];
  private readonly random: SeededRandom;
  private ranges = 0;

  constructor(random: SeededRandom) {
    this.random = random;
  }

  /** One to three networks behind one router, each with a DHCP agent. */
  ofTeam({ project }: Team, external: AttachableNetwork): ProjectNetworks {
    const router: NeutronRouter = {
      id: this.random.uuid(),
      tenant_id: project.id,
      name: `${project.name}-router`,
      status: 'ACTIVE',
      admin_state_up: true,
      distributed: this.random.chance(0.3),
      external_gateway_info: {
        network_id: external.network.id,
        enable_snat: true,
        external_fixed_ips: external.takeAddresses(),
      },
    };
    this.routers.push(router);
    const more = this.random.weighted([
      [0, 60],
      [1, 30],
      [2, 10],
    ]);
    const names = ['main', 'data', 'management'].slice(0, 1 + more);
    const [first, ...others] = names.map((name) =>
      this.tenantNetwork(project.id, `${project.name}-${name}`, router),
    );
    if (first === undefined) throw new Error('a project has at least one network');
    return { networks: [first, ...others], router };
  }

  private tenantNetwork(projectId: string, name: string, router: NeutronRouter): AttachableNetwork {
    // Ranges of 4,096 addresses in 10.0.0.0/8, then again from the start: projects may overlap.
    const range = this.ranges++ % 4096;
    const ipv6 = this.random.chance(0.15) ? `fd00:${range.toString(16)}` : null;
    const made = this.network({
      projectId,
      name,
      ipv4: [10, range >> 4, 20],
      third: (range & 15) << 4,
      ...(ipv6 === null ? {} : { ipv6 }),
    });
    for (const [owner, device] of [
      ['network:router_interface', router.id],
      ['network:dhcp', `dhcp-agent-${this.random.uuid()}`],
    ] as const) {
      this.ports.push(
        networkPort(this.random, { attached: made, projectId, owner, device, securityGroups: [] }),
      );
    }
    return made;
  }

  network(request: NetworkRequest): AttachableNetwork {
    const { random } = this;
    const id = random.uuid();
    const subnets = [this.ipv4Subnet(id, request), ...(request.ipv6 ? [this.ipv6Subnet(id, request)] : [])];
    const network: NeutronNetwork = {
      id,
      tenant_id: request.projectId,
      name: request.name,
      status: random.chance(0.995) ? 'ACTIVE' : 'DOWN',
      admin_state_up: true,
      shared: request.shared ?? false,
      'router:external': request.external ?? false,
      subnets: subnets.map((subnet) => subnet.id),
      mtu: 1450,
    };
    this.networks.push(network);
    this.subnets.push(...subnets);
    let taken = 1;
    return {
      network,
      takeAddresses: () => {
        taken += 1;
        return subnets.map((subnet) => ({ subnet_id: subnet.id, ip_address: addressIn(subnet, taken) }));
      },
    };
  }

  private ipv4Subnet(networkId: string, request: NetworkRequest): NeutronSubnet {
    const [first, second, prefix] = request.ipv4;
    const third = request.third ?? 0;
    const start = `${first}.${second}.${third}`;
    const routed = this.random.chance(0.1);
    return {
      ...this.subnet(networkId, request),
      ip_version: 4,
      cidr: `${start}.0/${prefix}`,
      gateway_ip: `${start}.1`,
      ipv6_ra_mode: null,
      ipv6_address_mode: null,
      allocation_pools: [{ start: `${start}.2`, end: `${first}.${second}.${lastThird(third, prefix)}.254` }],
      dns_nameservers: ['192.0.2.53', '192.0.2.54'],
      host_routes: routed ? [{ destination: '203.0.113.0/24', nexthop: `${start}.1` }] : [],
    };
  }

  private ipv6Subnet(networkId: string, request: NetworkRequest): NeutronSubnet {
    return {
      ...this.subnet(networkId, request),
      name: `${request.name}-v6`,
      ip_version: 6,
      cidr: `${request.ipv6}::/64`,
      gateway_ip: `${request.ipv6}::1`,
      ipv6_ra_mode: 'slaac',
      ipv6_address_mode: 'slaac',
      allocation_pools: [{ start: `${request.ipv6}::2`, end: `${request.ipv6}::ffff:ffff:ffff:ffff` }],
      dns_nameservers: [],
      host_routes: [],
    };
  }

  private subnet(networkId: string, { projectId, name, external }: NetworkRequest) {
    return {
      id: this.random.uuid(),
      tenant_id: projectId,
      name: `${name}-v4`,
      network_id: networkId,
      enable_dhcp: external !== true,
    };
  }
}

/** Of the last address of a range that starts at this third byte. */
function lastThird(third: number, prefix: number): number {
  return third + 2 ** Math.max(0, 24 - prefix) - 1;
}

function addressIn(subnet: NeutronSubnet, host: number): string {
  if (subnet.ip_version === 6) return `${subnet.cidr.split('::')[0]}::${host.toString(16)}`;
  const bytes = subnet.cidr.split('/')[0]!.split('.').map(Number);
  const value = ((bytes[2] ?? 0) << 8) + host;
  // Beyond a range of 65,536 the addresses go on in the next one: clouds that large are not the point here.
  return [bytes[0], (bytes[1] ?? 0) + (value >> 16), (value >> 8) & 255, value & 255].join('.');
}
