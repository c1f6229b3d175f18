import type { Cloud } from '../../../examples/openstack-cloud/cloud.ts';
import { dataSources } from '../../../examples/openstack-cloud/tables/data-sources.ts';
import type { Cell } from '../../../examples/openstack-cloud/tables/table.ts';

export type RowByColumn = Readonly<Record<string, Cell>>;

/** The rows of a table, written `nova:servers`, as objects by column name. */
export function rowsOf(cloud: Cloud, qualified: string): readonly RowByColumn[] {
  const [source, ...table] = qualified.split(':');
  const found = dataSources
    .find(({ name }) => name === source)
    ?.tables.find(({ name }) => name === table.join(':'));
  if (found === undefined) throw new Error(`no table ${qualified}`);
  return found
    .rows(cloud)
    .map((row) => Object.fromEntries(found.columns.map((column, index) => [column, row[index] ?? null])));
}
