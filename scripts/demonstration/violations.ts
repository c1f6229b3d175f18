import type { Cloud } from '../../examples/openstack-cloud/cloud.ts';
import type { Rows } from './congress.ts';

/** A row of `network_ownership:error`. */
export interface Violation {
  readonly serverId: string;
  readonly networkId: string;
}

/** The rows of an answer, in an order that does not depend on who answered. */
export function violationsIn(answer: Rows): readonly Violation[] {
  return answer.rows
    .map(([serverId, networkId]) => ({ serverId: String(serverId), networkId: String(networkId) }))
    .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

export function sameViolations(left: readonly Violation[], right: readonly Violation[]): boolean {
  return left.map(keyOf).sort().join() === right.map(keyOf).sort().join();
}

/** For people: names instead of ids, and the two owners. */
export function describe({ serverId, networkId }: Violation, { nova, neutron, keystone }: Cloud): string {
  const server = nova.servers.find(({ id }) => id === serverId);
  const network = neutron.networks.find(({ id }) => id === networkId);
  const owner = keystone.users.find(({ id }) => id === server?.user_id);
  return `${server?.name} of ${owner?.name} is on ${network?.name}`;
}

/** The cloud after somebody took the server off the network: its port there is gone. */
export function disconnected(cloud: Cloud, { serverId, networkId }: Violation): Cloud {
  const ports = cloud.neutron.ports.filter(
    (port) => port.device_id !== serverId || port.network_id !== networkId,
  );
  return { ...cloud, neutron: { ...cloud.neutron, ports } };
}

function keyOf({ serverId, networkId }: Violation): string {
  return `${serverId} ${networkId}`;
}
