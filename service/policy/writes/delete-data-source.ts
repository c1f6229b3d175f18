import { DataSourceNotFound } from '../problems.ts';
import type { Write } from '../write.ts';

/**
 * Deletes a data source with its rows; rules that use it stay and see empty tables (Congress reference 1.13).
 * Throws DataSourceNotFound.
 */
export function deleteDataSource(idOrName: string): Write<null> {
  return {
    name: 'delete-data-source',
    plan(catalog) {
      const dataSource = catalog.dataSourceByIdOrName(idOrName);
      if (dataSource === undefined) throw new DataSourceNotFound(idOrName);
      const tables = catalog.tableVersions(dataSource.id);
      return { changes: [{ kind: 'data-source-deleted', dataSource, tables }], result: null };
    },
  };
}
