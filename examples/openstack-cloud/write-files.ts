import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cloud, generateCloud } from './cloud.ts';
import { dataSourceBody, dataSources, rowsBody } from './tables/data-sources.ts';

const usage = `usage: npx tsx examples/openstack-cloud/write-files.ts [--servers 10000] [--seed 1] [--out FOLDER]

Writes a cloud as files: FOLDER/responses has what Nova, Neutron and Keystone would answer, FOLDER/push has the
bodies that create the data sources of Congress and fill their tables.`;

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: '.run/openstack-cloud' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(usage);
} else {
  const cloud = generateCloud({ servers: Number(values.servers), seed: Number(values.seed) });
  writeResponses(cloud, join(values.out, 'responses'));
  writeBodies(cloud, join(values.out, 'push'));
  writeFileSync(join(values.out, 'planted.json'), `${JSON.stringify(cloud.planted, null, 2)}\n`);
  console.log(`wrote ${cloud.nova.servers.length} servers and all around them to ${values.out}`);
}

/** One file for each request, wrapped as the service wraps it: `{"servers": [...]}`. */
function writeResponses({ nova, neutron, keystone }: Cloud, folder: string): void {
  const responses: Readonly<Record<string, unknown>> = {
    'nova/servers-detail': { servers: nova.servers },
    'nova/flavors-detail': { flavors: nova.flavors },
    'nova/os-hypervisors': { hypervisors: nova.hypervisors },
    'nova/os-services': { services: nova.services },
    'nova/os-availability-zone': { availabilityZoneInfo: nova.availabilityZones },
    'neutron/networks': { networks: neutron.networks },
    'neutron/subnets': { subnets: neutron.subnets },
    'neutron/ports': { ports: neutron.ports },
    'neutron/routers': { routers: neutron.routers },
    'neutron/security-groups': { security_groups: neutron.securityGroups },
    'neutron/floatingips': { floatingips: neutron.floatingIps },
    'keystone/users': { users: keystone.users },
    'keystone/groups': { groups: keystone.groups },
    'keystone/memberships': { memberships: keystone.memberships },
    'keystone/projects': { projects: keystone.projects },
    'keystone/roles': { roles: keystone.roles },
    'keystone/domains': { domains: keystone.domains },
  };
  for (const [path, body] of Object.entries(responses)) writeJson(folder, path, JSON.stringify(body));
}

function writeBodies(cloud: Cloud, folder: string): void {
  for (const dataSource of dataSources) {
    writeJson(folder, dataSource.name, JSON.stringify(dataSourceBody(dataSource)));
    for (const table of dataSource.tables) {
      writeJson(folder, `${dataSource.name}/${table.name}`, rowsBody(table.rows(cloud)));
    }
  }
}

function writeJson(folder: string, path: string, text: string): void {
  const file = join(folder, `${path}.json`);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${text}\n`);
}
