import type { SeededRandom } from '../seeded-random.ts';
import type { NovaAvailabilityZone, NovaFlavor, NovaHypervisor, NovaService } from '../shapes/nova.ts';
import type { CloudSizes } from './sizes.ts';
import { timestampBefore } from './timestamps.ts';

/** What servers run on and are made from. */
export interface ComputeHosts {
  readonly flavors: readonly NovaFlavor[];
  readonly hypervisors: readonly NovaHypervisor[];
  readonly services: readonly NovaService[];
  readonly availabilityZones: readonly NovaAvailabilityZone[];
  readonly imageIds: readonly string[];
  /** Zones that servers may be in, each with its hypervisors. */
  readonly hosts: ReadonlyMap<string, readonly NovaHypervisor[]>;
}

/** name, virtual CPUs, MiB, GiB */
const flavorSizes: readonly (readonly [string, number, number, number])[] = [
  ['m1.tiny', 1, 512, 1],
  ['m1.small', 1, 2048, 20],
  ['m1.medium', 2, 4096, 40],
  ['m1.large', 4, 8192, 80],
  ['m1.xlarge', 8, 16_384, 160],
  ['c1.large', 8, 8192, 40],
  ['c1.xlarge', 16, 16_384, 80],
  ['r1.large', 4, 32_768, 80],
  ['r1.xlarge', 8, 65_536, 160],
  ['g1.large', 8, 65_536, 320],
];

const zoneNames = ['az1', 'az2', 'az3'];
const controllers = ['controller-1', 'controller-2', 'controller-3'];

export function generateComputeHosts(random: SeededRandom, sizes: CloudSizes): ComputeHosts {
  const hosts = new Map<string, NovaHypervisor[]>(zoneNames.map((zone) => [zone, []]));
  const services: NovaService[] = [];
  const addService = (binary: string, host: string, zone: string, disabled: boolean) =>
    services.push({
      id: services.length + 1,
      binary,
      host,
      zone,
      status: disabled ? 'disabled' : 'enabled',
      state: 'up',
      updated_at: timestampBefore(random.integer(0, 10)),
      disabled_reason: disabled ? 'maintenance' : null,
    });
  for (const host of controllers) {
    for (const binary of ['nova-scheduler', 'nova-conductor']) addService(binary, host, 'internal', false);
  }
  const hypervisors = Array.from({ length: sizes.hypervisors }, (_, index) => {
    const zone = zoneNames[index % zoneNames.length] ?? 'az1';
    const host = `compute-${String(index + 1).padStart(4, '0')}.${zone}.example.org`;
    // The first of each zone always works, so that each zone has a place for servers.
    const disabled = index >= zoneNames.length && random.chance(0.02);
    addService('nova-compute', host, zone, disabled);
    const hypervisor: NovaHypervisor = {
      id: index + 1,
      hypervisor_hostname: host,
      state: 'up',
      status: disabled ? 'disabled' : 'enabled',
    };
    if (!disabled) hosts.get(zone)?.push(hypervisor);
    return hypervisor;
  });
  return {
    flavors: flavorSizes.map(([name, vcpus, ram, disk]) => ({
      id: random.uuid(),
      name,
      vcpus,
      ram,
      disk,
      swap: '' as const,
      'OS-FLV-EXT-DATA:ephemeral': 0,
      rxtx_factor: 1,
      'os-flavor-access:is_public': true,
    })),
    hypervisors,
    services,
    availabilityZones: ['internal', ...zoneNames].map((zoneName) => ({
      zoneName,
      zoneState: { available: true },
    })),
    imageIds: Array.from({ length: 12 }, () => random.uuid()),
    hosts,
  };
}
