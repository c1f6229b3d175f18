import type { SeededRandom } from '../seeded-random.ts';
import type { NeutronPort } from '../shapes/neutron.ts';
import type { AttachableNetwork } from './networks.ts';

export interface PortRequest {
  readonly attached: AttachableNetwork;
  readonly projectId: string;
  /** `device_owner` of the port. */
  readonly owner: string;
  /** `device_id` of the port. */
  readonly device: string;
  /** Ids. */
  readonly securityGroups: readonly string[];
}

/** A port on a network, with the next free address of each of its subnets. */
export function networkPort(random: SeededRandom, request: PortRequest): NeutronPort {
  const { attached } = request;
  const suffix = random.hex(6);
  return {
    id: random.uuid(),
    tenant_id: request.projectId,
    name: '',
    network_id: attached.network.id,
    mac_address: `fa:16:3e:${suffix.slice(0, 2)}:${suffix.slice(2, 4)}:${suffix.slice(4)}`,
    admin_state_up: true,
    status: random.chance(0.99) ? 'ACTIVE' : 'DOWN',
    device_id: request.device,
    device_owner: request.owner,
    fixed_ips: attached.takeAddresses(),
    security_groups: request.securityGroups,
  };
}
