import type { TableVersion } from '../entities.ts';
import { DataSourceNotFound, DataSourceTableNotFound, NotPolledUnderLease } from '../problems.ts';
import type { Write } from '../write.ts';

export interface NewTableVersion extends Omit<TableVersion, 'dataSourceId' | 'deltas' | 'updates'> {
  /** Id or name; the id where the chunks were written under it, so that a namesake is not meant. */
  readonly dataSource: string;
  /** Rows of a poll, which count only while the data source is polled under a lease. */
  readonly polled?: boolean;
}

/**
 * Replaces the rows of a data source table (Congress reference 1.15) by those that the row store holds under
 * the new version. Throws DataSourceNotFound, DataSourceTableNotFound, NotPolledUnderLease.
 */
export function replaceTable(wanted: NewTableVersion): Write<null> {
  return {
    name: 'replace-table',
    plan(catalog) {
      const { dataSource: idOrName, table, polled, ...content } = wanted;
      const dataSource = catalog.dataSourceByIdOrName(idOrName);
      if (dataSource === undefined) throw new DataSourceNotFound(idOrName);
      const { id, name, engineName } = dataSource;
      if (polled === true && dataSource.polling !== 'leased') throw new NotPolledUnderLease(name);
      const schema = catalog.tableSchema(id, table);
      if (schema === undefined) throw new DataSourceTableNotFound({ table, dataSourceName: name });
      const before = catalog.tableVersion(id, table) ?? null;
      const change = {
        kind: 'table-replaced' as const,
        table: { dataSourceId: id, table, ...content, updates: (before?.updates ?? 0) + 1 },
        before,
        engineName,
        arity: schema.columns.length,
      };
      return { changes: [change], result: null };
    },
  };
}
