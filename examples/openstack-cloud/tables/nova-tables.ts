import type { Cloud } from '../cloud.ts';
import type { NovaAddress, NovaServer } from '../shapes/nova.ts';
import { type DataSourceTables, float, table } from './table.ts';

/** Congress's `nova` driver. */
export const novaTables: DataSourceTables = {
  name: 'nova',
  description: 'OpenStack Compute',
  tables: [
    table('servers', ({ nova }) => nova.servers, [
      ['id', (server) => server.id],
      ['name', (server) => server.name],
      ['host_id', (server) => server.hostId],
      ['status', (server) => server.status],
      ['tenant_id', (server) => server.tenant_id],
      ['user_id', (server) => server.user_id],
      ['image_id', (server) => (server.image === '' ? '' : server.image.id)],
      ['flavor_id', (server) => server.flavor.id],
      ['zone', (server) => server['OS-EXT-AZ:availability_zone']],
      ['host_name', (server) => server['OS-EXT-SRV-ATTR:hypervisor_hostname']],
      ['created_at', (server) => server.created],
    ]),
    table('servers.addresses', addressesOf, [
      ['server_id', ({ server }) => server.id],
      ['network_name', ({ networkName }) => networkName],
      ['address', ({ address }) => address.addr],
      ['version', ({ address }) => address.version],
      ['mac_address', ({ address }) => address['OS-EXT-IPS-MAC:mac_addr']],
      ['address_type', ({ address }) => address['OS-EXT-IPS:type']],
    ]),
    table('tags', tagsOf, [
      ['server_id', ({ server }) => server.id],
      ['tag', ({ tag }) => tag],
    ]),
    table('flavors', ({ nova }) => nova.flavors, [
      ['id', (flavor) => flavor.id],
      ['name', (flavor) => flavor.name],
      ['vcpus', (flavor) => flavor.vcpus],
      ['ram', (flavor) => flavor.ram],
      ['disk', (flavor) => flavor.disk],
      ['ephemeral', (flavor) => flavor['OS-FLV-EXT-DATA:ephemeral']],
      ['rxtx_factor', (flavor) => float(flavor.rxtx_factor)],
    ]),
    table('services', ({ nova }) => nova.services, [
      ['service_id', (service) => service.id],
      ['binary', (service) => service.binary],
      ['host', (service) => service.host],
      ['zone', (service) => service.zone],
      ['status', (service) => service.status],
      ['state', (service) => service.state],
      ['updated_at', (service) => service.updated_at],
      ['disabled_reason', (service) => service.disabled_reason],
    ]),
    table('hypervisors', ({ nova }) => nova.hypervisors, [
      ['hypervisor_hostname', (hypervisor) => hypervisor.hypervisor_hostname],
      ['id', (hypervisor) => hypervisor.id],
      ['state', (hypervisor) => hypervisor.state],
      ['status', (hypervisor) => hypervisor.status],
    ]),
    table('availability_zones', ({ nova }) => nova.availabilityZones, [
      ['zone', (zone) => zone.zoneName],
      ['state', (zone) => (zone.zoneState.available ? 'available' : 'not available')],
    ]),
  ],
};

interface ServerAddress {
  readonly server: NovaServer;
  readonly networkName: string;
  readonly address: NovaAddress;
}

function addressesOf({ nova }: Cloud): readonly ServerAddress[] {
  return nova.servers.flatMap((server) =>
    Object.entries(server.addresses).flatMap(([networkName, addresses]) =>
      addresses.map((address) => ({ server, networkName, address })),
    ),
  );
}

function tagsOf({ nova }: Cloud): readonly { readonly server: NovaServer; readonly tag: string }[] {
  return nova.servers.flatMap((server) => server.tags.map((tag) => ({ server, tag })));
}
