import { createHash } from 'node:crypto';
import type { SeededRandom } from '../seeded-random.ts';
import type { KeystoneUser } from '../shapes/keystone.ts';
import type { NeutronFloatingIp, NeutronPort } from '../shapes/neutron.ts';
import type { NovaAddress, NovaHypervisor, NovaServer } from '../shapes/nova.ts';
import { WeightedChoice } from '../weighted-choice.ts';
import type { Attachments } from './attachments.ts';
import type { ComputeHosts } from './compute-hosts.ts';
import type { Identity, Team } from './identity.ts';
import type { AttachableNetwork, Networks } from './networks.ts';
import type { Plantation } from './plantation.ts';
import { networkPort } from './ports.ts';
import type { SecurityGroups } from './security-groups.ts';
import { timestampBefore } from './timestamps.ts';

export interface ServerInputs {
  readonly servers: number;
  readonly identity: Identity;
  readonly hosts: ComputeHosts;
  readonly networks: Networks;
  readonly attachments: Attachments;
  readonly securityGroups: SecurityGroups;
  readonly plantation: Plantation;
}

export interface Servers {
  readonly servers: readonly NovaServer[];
  readonly ports: readonly NeutronPort[];
  readonly floatingIps: readonly NeutronFloatingIp[];
}

/** The servers with their ports and floating addresses, and the violations that were asked for. */
export function generateServers(random: SeededRandom, inputs: ServerInputs): Servers {
  const teams = new WeightedChoice(inputs.identity.teams, ({ weight }) => weight);
  const made = Array.from({ length: inputs.servers }, (_, index) => {
    const owned = inputs.plantation.goneOwnerOf(index) ?? livingOwner(random, teams);
    return serverWithPorts(random, inputs, { index, ...owned });
  });
  return {
    servers: made.map(({ server }) => server),
    ports: made.flatMap(({ ports }) => ports),
    floatingIps: made.flatMap(({ floatingIps }) => floatingIps),
  };
}

interface ServerWithPorts {
  readonly server: NovaServer;
  readonly ports: readonly NeutronPort[];
  readonly floatingIps: readonly NeutronFloatingIp[];
}

interface Owned {
  /** Rank of the server, from 0. */
  readonly index: number;
  readonly team: Team;
  readonly owner: KeystoneUser;
}

function serverWithPorts(
  random: SeededRandom,
  inputs: ServerInputs,
  { index, team, owner }: Owned,
): ServerWithPorts {
  const { plantation, networks } = inputs;
  const id = random.uuid();
  const attached = [...inputs.attachments.allowed(random, team, owner)];
  if (plantation.hasForeignNetwork(index)) {
    const foreign = inputs.attachments.forbidden(random, owner);
    attached.push(foreign);
    plantation.plantForeignNetwork({ serverId: id, networkId: foreign.network.id });
  }
  const groups = chosenGroups(random, inputs, { index, serverId: id, projectId: team.project.id });
  const zone = random.pick([...inputs.hosts.hosts.keys()]);
  const ports = attached.map((network) =>
    networkPort(random, {
      attached: network,
      projectId: team.project.id,
      owner: `compute:${zone}`,
      device: id,
      securityGroups: groups.map((group) => group.id),
    }),
  );
  const floatingIps = random.chance(0.2) ? floatingIpOf(random, networks, { team, ports, attached }) : [];
  const server: NovaServer = {
    id,
    name: `${team.project.name}-${random.pick(roles)}-${index + 1}`,
    ...placement(random, { projectId: team.project.id, zone, hosts: inputs.hosts }),
    tenant_id: team.project.id,
    user_id: owner.id,
    image: random.chance(0.8) ? { id: random.pick(inputs.hosts.imageIds) } : '',
    flavor: {
      id: random.weighted(inputs.hosts.flavors.map(({ id: flavor }, rank) => [flavor, 1 / (rank + 1)])),
    },
    addresses: addressesOf(ports, attached, floatingIps),
    metadata: {},
    key_name: random.chance(0.7) ? owner.name : null,
    security_groups: groups.map(({ name }) => ({ name })),
    tags: tags.filter(() => random.chance(0.3)),
    locked: random.chance(0.02),
    config_drive: '',
    'OS-EXT-SRV-ATTR:instance_name': `instance-${(index + 1).toString(16).padStart(8, '0')}`,
  };
  return { server, ports, floatingIps };
}

const roles = ['web', 'api', 'db', 'cache', 'worker', 'queue', 'build', 'bastion'];
const tags = ['production', 'backup', 'pci', 'temporary'];

function livingOwner(random: SeededRandom, teams: WeightedChoice<Team>): { team: Team; owner: KeystoneUser } {
  const team = teams.pick(random);
  return { team, owner: random.pick(team.users) };
}

function chosenGroups(
  random: SeededRandom,
  { securityGroups, plantation }: ServerInputs,
  where: { readonly index: number; readonly serverId: string; readonly projectId: string },
) {
  const [defaults, ...others] = securityGroups.ofProject(where.projectId);
  const groups = [defaults, ...others.filter(() => random.chance(0.4))];
  if (!plantation.hasOpenSsh(where.index)) return groups;
  const open = securityGroups.addOpenSsh(where.projectId);
  plantation.plantOpenSsh({ serverId: where.serverId, securityGroupId: open.id });
  return [...groups, open];
}

/** State, place and times of a server. */
function placement(
  random: SeededRandom,
  {
    projectId,
    zone,
    hosts,
  }: { readonly projectId: string; readonly zone: string; readonly hosts: ComputeHosts },
) {
  const status = random.weighted([
    ['ACTIVE', 92],
    ['SHUTOFF', 5],
    ['ERROR', 1.5],
    ['PAUSED', 1],
    ['BUILD', 0.5],
  ]);
  // While it is being built, a server has no host yet.
  const host: NovaHypervisor | null = status === 'BUILD' ? null : random.pick(hosts.hosts.get(zone) ?? []);
  const hostName = host?.hypervisor_hostname ?? null;
  const ageSeconds = Math.floor(random.next() ** 2 * 3 * 365 * 86_400);
  return {
    status,
    hostId:
      hostName === null
        ? ''
        : createHash('sha224')
            .update(projectId + hostName)
            .digest('hex'),
    created: timestampBefore(ageSeconds),
    updated: timestampBefore(Math.floor(ageSeconds * random.next())),
    'OS-EXT-AZ:availability_zone': zone,
    'OS-EXT-SRV-ATTR:host': hostName,
    'OS-EXT-SRV-ATTR:hypervisor_hostname': hostName,
    'OS-EXT-STS:vm_state': status === 'SHUTOFF' ? 'stopped' : status.toLowerCase(),
    'OS-EXT-STS:task_state': status === 'BUILD' ? 'scheduling' : null,
    'OS-EXT-STS:power_state': status === 'ACTIVE' ? 1 : status === 'SHUTOFF' ? 4 : 0,
  };
}

/** A floating address goes through the router of the project, so to a port on one of its own networks. */
function floatingIpOf(
  random: SeededRandom,
  networks: Networks,
  of: {
    readonly team: Team;
    readonly ports: readonly NeutronPort[];
    readonly attached: readonly AttachableNetwork[];
  },
): readonly NeutronFloatingIp[] {
  const projectId = of.team.project.id;
  const port = of.ports.find((_, index) => of.attached[index]?.network.tenant_id === projectId);
  const fixed = port?.fixed_ips[0];
  const [address] = networks.external.takeAddresses();
  if (port === undefined || fixed === undefined || address === undefined) return [];
  return [
    {
      id: random.uuid(),
      tenant_id: projectId,
      floating_network_id: networks.external.network.id,
      floating_ip_address: address.ip_address,
      router_id: networks.ofProject.get(projectId)?.router.id ?? null,
      port_id: port.id,
      fixed_ip_address: fixed.ip_address,
      status: 'ACTIVE',
    },
  ];
}

function addressesOf(
  ports: readonly NeutronPort[],
  attached: readonly AttachableNetwork[],
  floatingIps: readonly NeutronFloatingIp[],
): Record<string, readonly NovaAddress[]> {
  return Object.fromEntries(
    ports.map((port, index) => {
      const mac = port.mac_address;
      const fixed = port.fixed_ips.map(({ ip_address }) => novaAddress(ip_address, 'fixed', mac));
      const floating = floatingIps
        .filter(({ port_id }) => port_id === port.id)
        .map(({ floating_ip_address }) => novaAddress(floating_ip_address, 'floating', mac));
      return [attached[index]?.network.name ?? port.network_id, [...fixed, ...floating]];
    }),
  );
}

function novaAddress(addr: string, type: 'fixed' | 'floating', mac: string): NovaAddress {
  const version = addr.includes(':') ? 6 : 4;
  return { addr, version, 'OS-EXT-IPS:type': type, 'OS-EXT-IPS-MAC:mac_addr': mac };
}
