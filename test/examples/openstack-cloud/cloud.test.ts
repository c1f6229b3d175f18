import { type Cloud, generateCloud } from '../../../examples/openstack-cloud/cloud.ts';

const cloud = generateCloud({ servers: 400, seed: 7 });

describe('a generated cloud', () => {
  it('is the same for the same seed and another for another seed', () => {
    expect(generateCloud({ servers: 400, seed: 7 })).toEqual(cloud);
    expect(generateCloud({ servers: 400, seed: 8 }).nova.servers[0]?.id).not.toBe(cloud.nova.servers[0]?.id);
  });

  it('has as many servers as were asked for, and the rest in proportion', () => {
    const large = generateCloud({ servers: 2000, seed: 7 });
    expect(cloud.nova.servers).toHaveLength(400);
    expect(large.nova.servers).toHaveLength(2000);
    for (const [part, many, few] of [
      ['ports', large.neutron.ports.length, cloud.neutron.ports.length],
      ['projects', large.keystone.projects.length, cloud.keystone.projects.length],
      ['hypervisors', large.nova.hypervisors.length, cloud.nova.hypervisors.length],
    ] as const) {
      expect({ part, ratio: many / few }).toEqual({ part, ratio: expect.closeTo(5, -0.5) });
    }
  });

  it('refuses to be too small to have something of everything', () => {
    expect(() => generateCloud({ servers: 19, seed: 1 })).toThrow(RangeError);
    expect(() => generateCloud({ servers: 20.5, seed: 1 })).toThrow(RangeError);
  });

  it('gives every object an id of its own', () => {
    const { nova, neutron, keystone } = cloud;
    for (const list of [
      nova.servers,
      nova.flavors,
      neutron.networks,
      neutron.subnets,
      neutron.ports,
      neutron.routers,
      neutron.securityGroups,
      neutron.securityGroups.flatMap((group) => group.security_group_rules),
      neutron.floatingIps,
      keystone.users,
      keystone.projects,
      keystone.groups,
    ]) {
      const ids = list.map(({ id }: { readonly id: string }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it('never gives one address of a subnet to two ports', () => {
    const taken = cloud.neutron.ports.flatMap(({ fixed_ips }) =>
      fixed_ips.map((ip) => `${ip.subnet_id} ${ip.ip_address}`),
    );
    expect(new Set(taken).size).toBe(taken.length);
  });

  it('is distributed as clouds are: most servers run, few projects have many of them', () => {
    const running = cloud.nova.servers.filter(({ status }) => status === 'ACTIVE').length;
    expect(running / 400).toBeGreaterThan(0.85);
    const perProject = new Map<string, number>();
    for (const { tenant_id } of cloud.nova.servers)
      perProject.set(tenant_id, (perProject.get(tenant_id) ?? 0) + 1);
    expect(Math.max(...perProject.values())).toBeGreaterThan(2 * (400 / perProject.size));
  });
});

describe('every reference in a generated cloud', () => {
  const { nova, neutron, keystone } = cloud;
  const ids = (list: readonly { readonly id: unknown }[]) => new Set(list.map(({ id }) => id));
  const projects = ids(keystone.projects);
  const users = ids(keystone.users);
  const groups = ids(keystone.groups);
  const servers = ids(nova.servers);
  const routers = ids(neutron.routers);
  const networks = ids(neutron.networks);
  const subnets = ids(neutron.subnets);
  const securityGroups = ids(neutron.securityGroups);
  const ports = ids(neutron.ports);

  it.each<[string, ReadonlySet<unknown>, readonly unknown[]]>([
    ['server -> project', projects, nova.servers.map((server) => server.tenant_id)],
    ['server -> user', users, nova.servers.map((server) => server.user_id)],
    ['server -> flavor', ids(nova.flavors), nova.servers.map((server) => server.flavor.id)],
    [
      'server -> hypervisor',
      new Set(nova.hypervisors.map((hypervisor) => hypervisor.hypervisor_hostname)),
      nova.servers.flatMap((server) => server['OS-EXT-SRV-ATTR:hypervisor_hostname'] ?? []),
    ],
    ['user -> project', projects, keystone.users.flatMap((user) => user.default_project_id ?? [])],
    ['member -> user', users, keystone.memberships.flatMap(({ user_ids }) => user_ids)],
    ['membership -> group', groups, keystone.memberships.map(({ group_id }) => group_id)],
    ['network -> project', projects, neutron.networks.map((network) => network.tenant_id)],
    ['network -> subnet', subnets, neutron.networks.flatMap((network) => network.subnets)],
    ['subnet -> network', networks, neutron.subnets.map((subnet) => subnet.network_id)],
    ['port -> network', networks, neutron.ports.map((port) => port.network_id)],
    ['port -> subnet', subnets, neutron.ports.flatMap((port) => port.fixed_ips.map((ip) => ip.subnet_id))],
    ['port -> security group', securityGroups, neutron.ports.flatMap((port) => port.security_groups)],
    [
      'port -> server',
      servers,
      neutron.ports.filter((port) => port.device_owner.startsWith('compute:')).map((port) => port.device_id),
    ],
    [
      'port -> router',
      routers,
      neutron.ports
        .filter((port) => port.device_owner === 'network:router_interface')
        .map((port) => port.device_id),
    ],
    [
      'router -> external network',
      networks,
      neutron.routers.flatMap((r) => r.external_gateway_info?.network_id ?? []),
    ],
    ['floating address -> port', ports, neutron.floatingIps.flatMap((floating) => floating.port_id ?? [])],
    [
      'floating address -> router',
      routers,
      neutron.floatingIps.flatMap((floating) => floating.router_id ?? []),
    ],
    [
      'security group rule -> remote group',
      securityGroups,
      neutron.securityGroups.flatMap((g) =>
        g.security_group_rules.flatMap((rule) => rule.remote_group_id ?? []),
      ),
    ],
  ])('%s leads somewhere', (_, targets, references) => {
    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((reference) => !targets.has(reference))).toEqual([]);
  });

  it('from a network of a project leads to users who own it', () => {
    const owned = new Set(keystone.users.map((user) => user.default_project_id));
    const service = keystone.projects.find(({ name }) => name === 'service')?.id;
    const ownerless = neutron.networks.filter(
      ({ tenant_id }) => tenant_id !== service && !owned.has(tenant_id),
    );
    expect(ownerless).toEqual([]);
  });

  it('is seen alike by Nova and Neutron: each server has the addresses of its ports', () => {
    const byServer = addressesByServer(cloud);
    for (const server of nova.servers) {
      const shown = Object.values(server.addresses)
        .flat()
        .filter((address) => address['OS-EXT-IPS:type'] === 'fixed')
        .map(({ addr }) => addr);
      expect(shown.sort()).toEqual(byServer.get(server.id)?.sort());
    }
  });
});

function addressesByServer({ neutron }: Cloud): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { device_id, fixed_ips } of neutron.ports) {
    found.set(device_id, [...(found.get(device_id) ?? []), ...fixed_ips.map(({ ip_address }) => ip_address)]);
  }
  return found;
}
