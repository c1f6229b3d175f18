import { stringify } from 'lossless-json';
import { directoryTables, keystoneTables } from './keystone-tables.ts';
import { neutronTables } from './neutron-tables.ts';
import { novaTables } from './nova-tables.ts';
import type { Cell, DataSourceTables } from './table.ts';

/** Every data source of the example, in the order in which it is worth creating them. */
export const dataSources: readonly DataSourceTables[] = [
  keystoneTables,
  directoryTables,
  neutronTables,
  novaTables,
];

/** Body of `POST /v1/data-sources` for a push data source with these tables. */
export function dataSourceBody(dataSource: DataSourceTables) {
  return {
    name: dataSource.name,
    description: dataSource.description,
    driver: 'push',
    config: { tables: Object.fromEntries(dataSource.tables.map(({ name, columns }) => [name, columns])) },
  };
}

/** Body of `PUT /v1/data-sources/<name>/tables/<table>/rows`: JSON in which floats stay floats. */
export function rowsBody(rows: readonly (readonly Cell[])[]): string {
  return stringify(rows) ?? '[]';
}
