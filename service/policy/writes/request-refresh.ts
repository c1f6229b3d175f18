import { DataSourceNotFound } from '../problems.ts';
import type { Write } from '../write.ts';

/**
 * Tells whoever polls the data source to do so at once (Congress reference 1.13): the holder of its lease, or
 * every replica. Throws DataSourceNotFound.
 */
export function requestRefresh(dataSourceId: string): Write<null> {
  return {
    name: 'request-refresh',
    plan(catalog) {
      const dataSource = catalog.dataSourceById(dataSourceId);
      if (dataSource === undefined) throw new DataSourceNotFound(dataSourceId);
      return { changes: [{ kind: 'refresh-requested', dataSourceId: dataSource.id }], result: null };
    },
  };
}
