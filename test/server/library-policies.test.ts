import { join } from 'node:path';
import { silentLogger } from '../../service/base/logger.ts';
import { fillLibrary } from '../../service/policy/writes/fill-library.ts';
import { libraryPoliciesIn } from '../../service/server/library-files.ts';
import { systemRandom } from '../../service/server/system-random.ts';
import { ApiServer } from '../api/api-server.ts';
import { projectRoot } from '../support/source-tree.ts';

type Row = readonly (string | number)[];

/** The tables of Congress's drivers that the library uses (reference 4.9). */
const columns: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  nova: {
    servers: [
      'id',
      'name',
      'host_id',
      'status',
      'tenant_id',
      'user_id',
      'image_id',
      'flavor_id',
      'zone',
      'host_name',
      'created_at',
    ],
    tags: ['server_id', 'tag'],
    flavors: ['id', 'name', 'vcpus', 'ram', 'disk', 'ephemeral', 'rxtx_factor'],
  },
  neutronv2: {
    networks: ['id', 'tenant_id', 'name', 'status', 'admin_state_up', 'shared'],
    ports: [
      'id',
      'tenant_id',
      'name',
      'network_id',
      'mac_address',
      'admin_state_up',
      'status',
      'device_id',
      'device_owner',
    ],
    security_group_port_bindings: ['port_id', 'security_group_id'],
    security_groups: ['id', 'tenant_id', 'name', 'description'],
    security_group_rules: [
      'security_group_id',
      'id',
      'tenant_id',
      'remote_group_id',
      'direction',
      'ethertype',
      'protocol',
      'port_range_min',
      'port_range_max',
      'remote_ip_prefix',
    ],
    external_gateway_infos: ['router_id', 'network_id', 'enable_snat'],
  },
  keystonev3: { projects: ['enabled', 'description', 'name', 'domain_id', 'id'] },
  glancev2: { images: ['id', 'status', 'name'], tags: ['image_id', 'tag'] },
  cinder: {
    volumes: ['id', 'size', 'name', 'encrypted'],
    attachments: ['volume_id', 'server_id', 'attachment_id', 'host_name', 'device'],
  },
};

let server: ApiServer;

beforeEach(async () => {
  const folder = join(projectRoot, 'service/policy/library');
  const policies = await libraryPoliciesIn(folder, { logger: silentLogger, random: systemRandom });
  server = await ApiServer.start({ firstWrites: fillLibrary(policies ?? []) });
  for (const [name, tables] of Object.entries(columns)) {
    const created = await server.post('/v1/data-sources', { name, driver: 'push', config: { tables } });
    expect(created.status).toBe(201);
  }
});
afterEach(() => server.close());

/** Fills a table; columns that are not named hold what says nothing. */
async function put(
  source: string,
  table: string,
  rows: readonly Readonly<Record<string, string | number>>[],
) {
  const names = columns[source]?.[table] ?? [];
  const body = rows.map((row) => names.map((name) => row[name] ?? 'None'));
  const answer = await server.put(`/v1/data-sources/${source}/tables/${table}/rows`, body);
  expect(answer.status).toBe(200);
}

async function activate(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { id } = server.replica.catalog.library.byName(name)!;
    const answer = await server.post(`/v1/policies?library_policy=${id}`, {});
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
  }
}

async function rows(policy: string, table: string): Promise<readonly Row[]> {
  const { json } = await server.get(`/v1/policies/${policy}/tables/${table}/rows`);
  return (json.results as { data: Row }[]).map(({ data }) => data).sort();
}

function actions(policy: string, table: string, arity: number): readonly unknown[] {
  return [...server.replica.engine.rows({ policy, table, arity, modal: 'execute' })].sort();
}

/** Two servers with a port each; the groups `default` and `other`. */
async function twoServers(): Promise<void> {
  await put('nova', 'servers', [
    { id: 's1', name: 'web', status: 'ACTIVE', tenant_id: 'pa', image_id: 'i1', flavor_id: 'f1' },
    { id: 's2', name: 'db', status: 'ACTIVE', tenant_id: 'pb', image_id: 'i2', flavor_id: 'f2' },
    { id: 's3', name: 'off', status: 'PAUSED', tenant_id: 'pb', image_id: 'i3', flavor_id: 'f2' },
  ]);
  await put('neutronv2', 'ports', [
    { id: 'p1', tenant_id: 'pa', network_id: 'n1', device_id: 's1', device_owner: 'compute:nova' },
    { id: 'p2', tenant_id: 'pb', network_id: 'n1', device_id: 's2', device_owner: 'compute:nova' },
    { id: 'p3', tenant_id: 'pb', network_id: 'n2', device_id: 's3', device_owner: 'compute:nova' },
    { id: 'p4', network_id: 'n1', device_id: 'r1', device_owner: 'network:router_interface' },
    { id: 'p5', network_id: 'public', device_id: 'r1', device_owner: 'network:router_gateway' },
  ]);
  await put('neutronv2', 'security_groups', [
    { id: 'g1', tenant_id: 'pa', name: 'default' },
    { id: 'g2', tenant_id: 'pa', name: 'other' },
  ]);
  await put('neutronv2', 'security_group_port_bindings', [
    { port_id: 'p1', security_group_id: 'g1' },
    { port_id: 'p2', security_group_id: 'g2' },
  ]);
}

describe('the policies of the library, on data', () => {
  beforeEach(twoServers);

  it('are eleven, and each says what is wrong when its data sources are missing', async () => {
    expect(server.replica.catalog.library.list()).toHaveLength(11);
    for (const name of Object.keys(columns)) await server.delete(`/v1/data-sources/${name}`);
    for (const { id } of server.replica.catalog.library.list()) {
      const { status, json } = await server.post(`/v1/policies?library_policy=${id}`, {});
      expect({ status, code: json.error.error_code }).toEqual({ status: 400, code: 1002 });
    }
  });

  it('SecurityGroups', async () => {
    await activate('SecurityGroups');
    expect(await rows('SecurityGroups', 'secure_group')).toEqual([['g1', 'pa']]);
    expect(await rows('SecurityGroups', 'secure_port')).toEqual([['p1']]);
    expect(await rows('SecurityGroups', 'unprotected_port')).toEqual([['p2'], ['p3'], ['p4'], ['p5']]);
    expect(await rows('SecurityGroups', 'unprotected_server')).toEqual([
      ['s2', 'db', 'p2'],
      ['s3', 'off', 'p3'],
    ]);
    expect(await rows('SecurityGroups', 'protected_server')).toEqual([['s1', 'web']]);
  });

  it.each([
    ['tcp', 22, 22, true],
    ['tcp', 1, 100, true],
    ['tcp', 23, 100, false],
    ['tcp', 'None', 'None', true],
    ['tcp', 'None', 21, false],
    ['tcp', 'None', 22, true],
    ['tcp', 22, 'None', true],
    ['tcp', 23, 'None', false],
    ['None', 'None', 'None', true],
    ['None', 10, 30, true],
    ['None', 'None', 10, false],
    ['udp', 22, 22, false],
    ['udp', 'None', 'None', false],
  ] as const)('UnsafeTraffic, a rule for %s from %s to %s', async (protocol, first, last, unsafe) => {
    const rule = { direction: 'ingress', protocol, port_range_min: first, port_range_max: last };
    await put('neutronv2', 'security_group_rules', [
      { ...rule, id: 'r1', security_group_id: 'g1' },
      { ...rule, id: 'r2', security_group_id: 'g2' },
      { ...rule, id: 'r3', security_group_id: 'g2', direction: 'egress' },
    ]);
    await activate('SecurityGroups', 'UnsafeTraffic');
    const found = (group: string, name: string) => (unsafe ? [[group, name, 'ingress', 'tcp', 22]] : []);
    expect(await rows('UnsafeTraffic', 'warning')).toEqual([
      ...found('g1', 'default'),
      ...found('g2', 'other'),
    ]);
    expect(await rows('UnsafeTraffic', 'error')).toEqual(found('g1', 'default'));
  });

  it('NetworkGateway', async () => {
    await put('neutronv2', 'external_gateway_infos', [{ router_id: 'r1', network_id: 'public' }]);
    await activate('NetworkGateway');
    expect(await rows('NetworkGateway', 'connected_network')).toEqual([['n1', 'r1']]);
    expect(await rows('NetworkGateway', 'connected_server')).toEqual([
      ['s1', 'web', 'n1', 'r1'],
      ['s2', 'db', 'n1', 'r1'],
    ]);
  });

  it('CrossProjectNetwork', async () => {
    await put('neutronv2', 'networks', [
      { id: 'n1', tenant_id: 'pa' },
      { id: 'n2', tenant_id: 'pb' },
    ]);
    await put('neutronv2', 'ports', [
      { id: 'p1', tenant_id: 'pa', network_id: 'n1', device_id: 's1' },
      { id: 'p2', tenant_id: 'pa', network_id: 'n1', device_id: 's2' },
      { id: 'p3', tenant_id: 'pb', network_id: 'n2', device_id: 's3' },
    ]);
    await put('keystonev3', 'projects', [
      { name: 'a', id: 'pa' },
      { name: 'b', id: 'pb' },
    ]);
    await activate('CrossProjectNetwork');
    expect(await rows('CrossProjectNetwork', 'warning')).toEqual([['s2', 'db', 'p2', 'pb', 'pa']]);
    expect(await rows('CrossProjectNetwork', 'error')).toEqual([['s2', 'db', 'n1', 'pb', 'pa']]);
    for (const name of ['a', 'b']) {
      await server.post('/v1/policies/CrossProjectNetwork/rules', { rule: `project_group("ab", "${name}")` });
    }
    expect(await rows('CrossProjectNetwork', 'warning')).toEqual([]);
    expect(await rows('CrossProjectNetwork', 'error')).toEqual([]);
  });

  it('TagBasedNetworkSecurityZone creates the group of a zone, then attaches it', async () => {
    await put('nova', 'tags', [
      { server_id: 's1', tag: 'zone-a' },
      { server_id: 's2', tag: 'unrelated' },
    ]);
    await put('keystonev3', 'projects', [{ name: 'admin', id: 'pz' }]);
    await activate('TagBasedNetworkSecurityZone');
    expect(await rows('TagBasedNetworkSecurityZone', 'error')).toEqual([
      ['s1', 'zone-a', 'security group missing'],
    ]);
    const [[body] = []] = actions(
      'TagBasedNetworkSecurityZone',
      'neutronv2:create_security_group',
      1,
    ) as string[][];
    expect(JSON.parse(body ?? '')).toEqual({
      security_group: { name: 'zone-a', project_id: 'pz', description: 'security zone' },
    });
    await put('neutronv2', 'security_groups', [{ id: 'gz', tenant_id: 'pz', name: 'zone-a' }]);
    expect(await rows('TagBasedNetworkSecurityZone', 'error')).toEqual([
      ['s1', 'zone-a', 'security group not attached'],
    ]);
    const attach = 'neutronv2:attach_port_security_group';
    expect(actions('TagBasedNetworkSecurityZone', attach, 2)).toEqual([['p1', 'gz']]);
    expect(actions('TagBasedNetworkSecurityZone', 'neutronv2:create_security_group', 1)).toEqual([]);
    await put('neutronv2', 'security_group_port_bindings', [{ port_id: 'p1', security_group_id: 'gz' }]);
    expect(await rows('TagBasedNetworkSecurityZone', 'error')).toEqual([]);
    expect(actions('TagBasedNetworkSecurityZone', attach, 2)).toEqual([]);
  });

  it('DisallowedServerImages and PauseDisallowedServerImages', async () => {
    await put('glancev2', 'images', [
      { id: 'i1', name: 'cirros' },
      { id: 'i2', name: 'other' },
      { id: 'i3', name: 'other' },
    ]);
    await put('glancev2', 'tags', [
      { image_id: 'i1', tag: 'draft' },
      { image_id: 'i2', tag: 'draft' },
      { image_id: 'i3', tag: 'approved' },
    ]);
    await activate('DisallowedServerImages', 'PauseDisallowedServerImages');
    expect(await rows('DisallowedServerImages', 'warning')).toEqual([
      ['s1', 'web', 'i1', 'draft'],
      ['s2', 'db', 'i2', 'draft'],
    ]);
    expect(await rows('DisallowedServerImages', 'error')).toEqual([['s2', 'db', 'i2']]);
    expect(actions('PauseDisallowedServerImages', 'nova:servers.pause', 1)).toEqual([['s2']]);
    await put('glancev2', 'tags', []);
    expect(await rows('DisallowedServerImages', 'error')).toEqual([
      ['s2', 'db', 'i2'],
      ['s3', 'off', 'i3'],
    ]);
    expect(actions('PauseDisallowedServerImages', 'nova:servers.pause', 1)).toEqual([['s2']]);
  });

  it('BadFlavors and PauseBadFlavors', async () => {
    await put('nova', 'flavors', [
      { id: 'f1', name: 'm1.tiny' },
      { id: 'f2', name: 'm1.huge' },
    ]);
    await activate('BadFlavors', 'PauseBadFlavors');
    expect(await rows('BadFlavors', 'error')).toEqual([
      ['s2', 'db', 'm1.huge'],
      ['s3', 'off', 'm1.huge'],
    ]);
    expect(actions('PauseBadFlavors', 'nova:servers.pause', 1)).toEqual([['s2']]);
  });

  it('VolumeEncryption and VolumeEncryptionPauseServer', async () => {
    await put('cinder', 'volumes', [
      { id: 'v1', name: 'plain', encrypted: 'False' },
      { id: 'v2', name: 'safe', encrypted: 'True' },
      { id: 'v3', name: 'plain', encrypted: 'False' },
      { id: 'v4', name: 'loose', encrypted: 'False' },
    ]);
    await put('cinder', 'attachments', [
      { volume_id: 'v1', server_id: 's1' },
      { volume_id: 'v2', server_id: 's2' },
      { volume_id: 'v3', server_id: 's2' },
    ]);
    await activate('SecurityGroups', 'VolumeEncryption', 'VolumeEncryptionPauseServer');
    expect(await rows('VolumeEncryption', 'warning')).toEqual([
      ['s1', 'web', 'v1', 'plain'],
      ['s2', 'db', 'v3', 'plain'],
    ]);
    expect(await rows('VolumeEncryption', 'error')).toEqual([['s2', 'db', 'v3', 'plain']]);
    expect(actions('VolumeEncryptionPauseServer', 'nova:servers.pause', 1)).toEqual([['s2']]);
  });
});
