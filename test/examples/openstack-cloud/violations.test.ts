import { type Cloud, generateCloud } from '../../../examples/openstack-cloud/cloud.ts';
import { rowsOf } from './cloud-rows.ts';

/**
 * What each policy of the example must find, computed from the rows the long way round: object by object, with
 * no join that the policies or the generator also use.
 */
function foreignNetworks(cloud: Cloud): readonly string[] {
  const users = rowsOf(cloud, 'keystonev3:users');
  const memberships = rowsOf(cloud, 'ad:group');
  const groupsOf = (user: unknown) => memberships.filter((row) => row.user === user).map((row) => row.group);
  const networks = new Map(rowsOf(cloud, 'neutronv2:networks').map((row) => [row.id, row]));
  const owners = new Map(rowsOf(cloud, 'nova:servers').map((row) => [row.id, row.user_id]));
  const wrong = new Set<string>();
  for (const port of rowsOf(cloud, 'neutronv2:ports')) {
    const owner = owners.get(port.device_id);
    const network = networks.get(port.network_id);
    if (owner === undefined || network === undefined || network.shared === true) continue;
    const hisGroups = new Set(groupsOf(owner));
    const theirGroups = users
      .filter((user) => user.default_project_id === network.tenant_id)
      .flatMap(({ id }) => groupsOf(id));
    if (!theirGroups.some((group) => hisGroups.has(group))) wrong.add(`${port.device_id} ${port.network_id}`);
  }
  return [...wrong].sort();
}

function openSsh(cloud: Cloud): readonly string[] {
  const open = new Set(
    rowsOf(cloud, 'neutronv2:security_group_rules')
      .filter(
        (rule) =>
          rule.direction === 'ingress' && rule.protocol === 'tcp' && rule.remote_ip_prefix === '0.0.0.0/0',
      )
      .filter((rule) => Number(rule.port_range_min) <= 22 && 22 <= Number(rule.port_range_max))
      .map((rule) => rule.security_group_id),
  );
  const servers = new Set(rowsOf(cloud, 'nova:servers').map(({ id }) => id));
  const serverOf = new Map(rowsOf(cloud, 'neutronv2:ports').map((port) => [port.id, port.device_id]));
  const found = rowsOf(cloud, 'neutronv2:security_group_port_bindings')
    .filter(
      ({ port_id, security_group_id }) =>
        open.has(security_group_id) && servers.has(serverOf.get(port_id) ?? null),
    )
    .map(({ port_id, security_group_id }) => `${serverOf.get(port_id)} ${security_group_id}`);
  return [...new Set(found)].sort();
}

function ownersGone(cloud: Cloud): readonly unknown[] {
  const gone = new Set(
    rowsOf(cloud, 'keystonev3:users')
      .filter(({ enabled }) => enabled === false)
      .map(({ id }) => id),
  );
  return rowsOf(cloud, 'nova:servers').filter(({ user_id }) => gone.has(user_id));
}

describe('the violations that are planted', () => {
  it.each([
    [20, 1],
    [21, 2],
    [60, 3],
    [300, 4],
    [1000, 5],
  ])('in %d servers (seed %d) are exactly those that a straightforward search finds', (servers, seed) => {
    const cloud = generateCloud({ servers, seed });
    const { planted } = cloud;
    expect(planted.foreignNetworks.length).toBeGreaterThan(0);
    expect(foreignNetworks(cloud)).toEqual(
      planted.foreignNetworks.map(({ serverId, networkId }) => `${serverId} ${networkId}`).sort(),
    );
    expect(openSsh(cloud)).toEqual(
      planted.openSsh.map(({ serverId, securityGroupId }) => `${serverId} ${securityGroupId}`).sort(),
    );
    expect(ownersGone(cloud)).toHaveLength(planted.ownersGone);
  });

  it('are there for any seed', () => {
    for (let seed = 100; seed < 140; seed += 1) {
      const cloud = generateCloud({ servers: 20, seed });
      expect({ seed, found: foreignNetworks(cloud).length }).toEqual({ seed, found: 2 });
    }
  });

  it('are a small part of what is looked at', () => {
    const { planted, nova } = generateCloud({ servers: 1000, seed: 1 });
    expect(planted.foreignNetworks.length / nova.servers.length).toBeLessThan(0.01);
  });
});
