import type { Cloud } from '../../examples/openstack-cloud/cloud.ts';
import { dataSourceBody, dataSources, rowsBody } from '../../examples/openstack-cloud/tables/data-sources.ts';
import type { Congress } from './congress.ts';

export interface Pushed {
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
  readonly slowest: { readonly table: string; readonly bytes: number; readonly durationMs: number };
}

/** Creates a push data source for each service and fills every table. */
export async function pushCloud(congress: Congress, cloud: Cloud): Promise<Pushed> {
  let pushed: Pushed = { tables: 0, rows: 0, bytes: 0, slowest: { table: '', bytes: 0, durationMs: 0 } };
  for (const dataSource of dataSources) {
    await congress.createDataSource(dataSourceBody(dataSource));
    for (const table of dataSource.tables) {
      const rows = table.rows(cloud);
      const body = rowsBody(rows);
      const startedAt = performance.now();
      await congress.putRows(dataSource.name, table.name, body);
      const durationMs = performance.now() - startedAt;
      const bytes = Buffer.byteLength(body);
      pushed = {
        tables: pushed.tables + 1,
        rows: pushed.rows + rows.length,
        bytes: pushed.bytes + bytes,
        slowest:
          durationMs > pushed.slowest.durationMs
            ? { table: `${dataSource.name}:${table.name}`, bytes, durationMs }
            : pushed.slowest,
      };
    }
  }
  return pushed;
}

/** Pushes one table again, as the driver of its service would after a change. Returns its number of bytes. */
export async function pushTable(congress: Congress, cloud: Cloud, qualified: string): Promise<number> {
  const [source = '', name = ''] = qualified.split(':');
  const table = dataSources.find((each) => each.name === source)?.tables.find((each) => each.name === name);
  if (table === undefined) throw new Error(`the example has no table ${qualified}`);
  const body = rowsBody(table.rows(cloud));
  await congress.putRows(source, name, body);
  return Buffer.byteLength(body);
}
