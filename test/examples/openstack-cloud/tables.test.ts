import { generateCloud } from '../../../examples/openstack-cloud/cloud.ts';
import {
  dataSourceBody,
  dataSources,
  rowsBody,
} from '../../../examples/openstack-cloud/tables/data-sources.ts';
import { rowsOf } from './cloud-rows.ts';

/** Congress reference 4.9, copied as text. `ad` is the directory of the documentation's policy. */
const reference = `
nova:servers(id, name, host_id, status, tenant_id, user_id, image_id, flavor_id, zone, host_name, created_at)
nova:servers.addresses(server_id, network_name, address, version, mac_address, address_type)
nova:tags(server_id, tag)
nova:flavors(id, name, vcpus, ram, disk, ephemeral, rxtx_factor)
nova:services(service_id, binary, host, zone, status, state, updated_at, disabled_reason)
nova:hypervisors(hypervisor_hostname, id, state, status)
nova:availability_zones(zone, state)
neutronv2:networks(id, tenant_id, name, status, admin_state_up, shared)
neutronv2:ports(id, tenant_id, name, network_id, mac_address, admin_state_up, status, device_id, device_owner)
neutronv2:fixed_ips(port_id, ip_address, subnet_id)
neutronv2:security_group_port_bindings(port_id, security_group_id)
neutronv2:subnets(id, tenant_id, name, network_id, ip_version, cidr, gateway_ip, enable_dhcp, ipv6_ra_mode, ipv6_address_mode)
neutronv2:allocation_pools(subnet_id, start, end)
neutronv2:dns_nameservers(subnet_id, dns_nameserver)
neutronv2:host_routes(subnet_id, destination, nexthop)
neutronv2:routers(id, tenant_id, status, admin_state_up, name, distributed)
neutronv2:external_gateway_infos(router_id, network_id, enable_snat)
neutronv2:external_fixed_ips(router_id, subnet_id, ip_address)
neutronv2:security_groups(id, tenant_id, name, description)
neutronv2:security_group_rules(security_group_id, id, tenant_id, remote_group_id, direction, ethertype, protocol, port_range_min, port_range_max, remote_ip_prefix)
neutronv2:floating_ips(id, router_id, tenant_id, floating_network_id, fixed_ip_address, floating_ip_address, port_id, status)
keystonev3:users(id, name, enabled, default_project_id, domain_id)
keystonev3:roles(id, name)
keystonev3:projects(enabled, description, name, domain_id, id)
keystonev3:domains(enabled, description, name, id)
ad:group(user, group)
`;

const cloud = generateCloud({ servers: 600, seed: 3 });

describe('the tables of the example', () => {
  it('are those of the Congress drivers, columns in the same order', () => {
    const ours = dataSources.flatMap(({ name, tables }) =>
      tables.map((table) => `${name}:${table.name}(${table.columns.join(', ')})`),
    );
    expect(ours.sort()).toEqual(reference.trim().split('\n').sort());
  });

  it('all have rows, each as long as the list of columns, and no row twice', () => {
    for (const { name, tables } of dataSources) {
      for (const table of tables) {
        const rows = table.rows(cloud);
        expect({ table: `${name}:${table.name}`, empty: rows.length === 0 }).toMatchObject({ empty: false });
        expect(rows.every((row) => row.length === table.columns.length)).toBe(true);
        expect(new Set(rows.map((row) => rowsBody([row]))).size).toBe(rows.length);
      }
    }
  });

  it('say of an object what its service says', () => {
    const server = cloud.nova.servers[0]!;
    expect(rowsOf(cloud, 'nova:servers')[0]).toMatchObject({
      id: server.id,
      host_id: server.hostId,
      flavor_id: server.flavor.id,
      zone: server['OS-EXT-AZ:availability_zone'],
      created_at: server.created,
    });
    const rule = cloud.neutron.securityGroups[0]!.security_group_rules[0]!;
    expect(rowsOf(cloud, 'neutronv2:security_group_rules')[0]).toMatchObject({
      security_group_id: cloud.neutron.securityGroups[0]!.id,
      id: rule.id,
      protocol: rule.protocol,
    });
  });
});

describe('the bodies that are sent', () => {
  it('create a push data source with all its tables', () => {
    expect(dataSourceBody(dataSources.find(({ name }) => name === 'ad')!)).toEqual({
      name: 'ad',
      description: expect.any(String),
      driver: 'push',
      config: { tables: { group: ['user', 'group'] } },
    });
  });

  it('keep floats apart from integers', () => {
    const flavors = dataSources.flatMap(({ tables }) => tables).find(({ name }) => name === 'flavors')!;
    expect(rowsBody(flavors.rows(cloud).slice(0, 1))).toMatch(
      /^\[\["[-0-9a-f]+","m1.tiny",1,512,1,0,1\.0\]\]$/,
    );
  });

  it('leave the translation of true, false and null to the server', () => {
    expect(rowsBody([[true, false, null, 'é']])).toBe('[[true,false,null,"é"]]');
  });
});
