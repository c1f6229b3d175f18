import { attachments } from './generate/attachments.ts';
import { generateComputeHosts } from './generate/compute-hosts.ts';
import { generateIdentity } from './generate/identity.ts';
import { generateNetworks } from './generate/networks.ts';
import { Plantation, type Planted } from './generate/plantation.ts';
import { generateSecurityGroups } from './generate/security-groups.ts';
import { generateServers } from './generate/servers.ts';
import { cloudSizes } from './generate/sizes.ts';
import { SeededRandom } from './seeded-random.ts';
import type { Keystone } from './shapes/keystone.ts';
import type { Neutron } from './shapes/neutron.ts';
import type { Nova } from './shapes/nova.ts';

/** A whole cloud, as its services would answer at one moment. */
export interface Cloud {
  readonly nova: Nova;
  readonly neutron: Neutron;
  readonly keystone: Keystone;
  readonly planted: Planted;
}

export interface CloudOptions {
  /** At least 20. */
  readonly servers: number;
  readonly seed: number;
}

/** The same options give the same cloud, everywhere and always. Throws RangeError for too few servers. */
export function generateCloud({ servers, seed }: CloudOptions): Cloud {
  const sizes = cloudSizes(servers);
  const random = new SeededRandom(seed);
  const identity = generateIdentity(random.fork('identity'), sizes);
  const { hosts, imageIds, ...compute } = generateComputeHosts(random.fork('hosts'), sizes);
  const networks = generateNetworks(random.fork('networks'), identity);
  const securityGroups = generateSecurityGroups(random.fork('security-groups'), identity);
  const plantation = new Plantation(random.fork('plantation'), sizes, identity);
  const made = generateServers(random.fork('servers'), {
    servers,
    identity,
    hosts: { hosts, imageIds, ...compute },
    networks,
    attachments: attachments(identity, networks),
    securityGroups,
    plantation,
  });
  return {
    nova: { servers: made.servers, ...compute },
    neutron: {
      networks: networks.networks,
      subnets: networks.subnets,
      ports: [...networks.ports, ...made.ports],
      routers: networks.routers,
      securityGroups: securityGroups.all,
      floatingIps: made.floatingIps,
    },
    keystone: identity.keystone,
    planted: plantation.planted,
  };
}
