import { assert } from '../../base/assert.ts';
import { tableDeltasMax } from '../../base/limits.ts';
import type { Tuple } from '../../datalog/value.ts';
import type { TableVersion } from '../entities.ts';
import { DataSourceNotFound, NotPolledUnderLease, TableMoved } from '../problems.ts';
import { digestAfter } from '../table-delta-json.ts';
import type { Write } from '../write.ts';

export interface TableChange {
  /** The version, with its deltas, that the rows were compared with. */
  readonly basedOn: TableVersion;
  readonly deleted: readonly Tuple[];
  readonly inserted: readonly Tuple[];
  /** Rows of a poll, which count only while the data source is polled under a lease. */
  readonly polled: boolean;
  /** Wall clock, for people; absent = not known. */
  readonly changedAtMs?: number;
}

/**
 * Adds a delta to a shared table, if it still is what the delta was computed from. Throws DataSourceNotFound,
 * NotPolledUnderLease, TableMoved. The caller writes a new version instead when the deltas become too many.
 */
export function changeTable(wanted: TableChange): Write<null> {
  const { basedOn, deleted, inserted, polled } = wanted;
  const { dataSourceId, table, version } = basedOn;
  const number = (basedOn.deltas?.count ?? 0) + 1;
  assert(number <= tableDeltasMax, 'a version has few deltas');
  return {
    name: 'change-table',
    plan(catalog) {
      const dataSource = catalog.dataSourceById(dataSourceId);
      if (dataSource === undefined) throw new DataSourceNotFound(dataSourceId);
      if (polled && dataSource.polling !== 'leased') throw new NotPolledUnderLease(dataSource.name);
      const before = catalog.tableVersion(dataSourceId, table);
      if (before?.version !== version || (before.deltas?.count ?? 0) !== number - 1)
        throw new TableMoved(table);
      const schema = catalog.tableSchema(dataSourceId, table);
      assert(schema !== undefined, 'a table with content is in the schema');
      const delta = { dataSourceId, table, version, number, deleted, inserted };
      const digest = digestAfter(before.deltas?.digest ?? before.digest, delta);
      const change = {
        kind: 'table-changed' as const,
        table: {
          ...before,
          deltas: { count: number, digest },
          replacedAtMs: wanted.changedAtMs ?? before.replacedAtMs,
          updates: before.updates + 1,
        },
        before,
        engineName: dataSource.engineName,
        arity: schema.columns.length,
        deleted,
        inserted,
      };
      return { changes: [change], result: null };
    },
  };
}
