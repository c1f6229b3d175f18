import type { Tuple } from '../datalog/value.ts';
import type { RelationName } from '../engine/engine-change.ts';
import type { Catalog } from './catalog.ts';
import { DataSourceNotFound, DataSourceTableNotFound, TableNotFound, UnknownArity } from './problems.ts';

/** What a replica holds, as far as rows are concerned; both as of the same sequence. */
export interface Held {
  readonly catalog: Catalog;
  readonly engine: { rows(relation: RelationName): readonly Tuple[] };
}

/**
 * Rows of a table of a policy, or of the data source that rules know by this name (Congress reference 1.8): no
 * duplicates, in no particular order. `table` stands as in {@link Catalog.tablesOf}, so it may be qualified.
 * Throws TableNotFound, UnknownArity and what the engine refuses.
 */
export function policyRows(
  { catalog, engine }: Held,
  { policy, table }: { readonly policy: string; readonly table: string },
): readonly Tuple[] {
  if (!catalog.hasTable(policy, table)) throw new TableNotFound(table);
  const arity = catalog.arityOf(policy, table);
  if (arity === undefined) throw new UnknownArity({ table, policyName: policy });
  if (table === 'true' || table === 'false') return table === 'true' && arity === 0 ? [[]] : [];
  const colon = table.indexOf(':');
  const relation =
    colon < 0 ? { policy, table } : { policy: table.slice(0, colon), table: table.slice(colon + 1) };
  return engine.rows({ ...relation, arity, modal: null });
}

/**
 * Rows of a table of a data source, by its name or id; empty before the first content. Rules need not know it.
 * Throws DataSourceNotFound, DataSourceTableNotFound.
 */
export function dataSourceRows(
  { catalog, engine }: Held,
  { dataSource: idOrName, table }: { readonly dataSource: string; readonly table: string },
): readonly Tuple[] {
  const dataSource = catalog.dataSourceByIdOrName(idOrName);
  if (dataSource === undefined) throw new DataSourceNotFound(idOrName);
  const schema = catalog.tableSchema(dataSource.id, table);
  if (schema === undefined) throw new DataSourceTableNotFound({ table, dataSourceName: dataSource.name });
  return engine.rows({ policy: dataSource.engineName, table, arity: schema.columns.length, modal: null });
}
