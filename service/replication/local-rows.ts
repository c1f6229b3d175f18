import type { EngineChange } from '../engine/engine-change.ts';
import type { DataSource } from '../policy/entities.ts';
import type { ReplicaState } from './replica.ts';

/**
 * The rows that a replica has polled for itself, to be taken over from one state to another that was built from the
 * store: of every data source that is the same, still polled by every replica, and known.
 */
export function localRows(from: ReplicaState, to: ReplicaState): readonly EngineChange[] {
  return to.catalog
    .dataSources()
    .filter(
      (dataSource) =>
        dataSource.polling === 'every-replica' &&
        isSame(from.catalog.dataSourceById(dataSource.id), dataSource),
    )
    .flatMap(({ engineName, tables }) =>
      tables
        .filter(({ table }) => !from.unknown.isUnknown(engineName, table))
        .map(({ table, columns }): EngineChange => {
          const relation = { policy: engineName, table, arity: columns.length };
          const rows = from.engine.rows({ ...relation, modal: null });
          return { kind: 'replace-table', ...relation, rows };
        }),
    );
}

function isSame(before: DataSource | undefined, after: DataSource): boolean {
  return before?.polling !== undefined && before.engineName === after.engineName;
}
