import { canonicalJson } from '../../base/canonical-json.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import { entityBytesMax } from '../../base/limits.ts';
import type { Change } from '../change.ts';
import type { DataSource, PollingMode, TableSchema } from '../entities.ts';
import { dataSourceToEntity } from '../entity-json.ts';
import { entityBytes } from '../entity-size.ts';
import { DataSourceNotFound, DataSourceTablesFixed, EntityTooLarge } from '../problems.ts';
import type { Write } from '../write.ts';

/** What may be changed of a data source; what is absent stays. */
export interface DataSourceUpdate {
  readonly id: string;
  readonly description?: string | null;
  readonly config?: JsonObject | null;
  /** Of the driver for the new configuration: only compared. */
  readonly tables?: readonly TableSchema[];
  readonly polling?: PollingMode;
}

/**
 * Changes a data source while it runs. Going over to `every-replica` gives up the shared rows; each replica keeps
 * showing them until it has polled for itself. Throws DataSourceNotFound, DataSourceTablesFixed, EntityTooLarge.
 */
export function updateDataSource(update: DataSourceUpdate): Write<null> {
  return {
    name: 'update-data-source',
    plan(catalog) {
      const before = catalog.dataSourceById(update.id);
      if (before === undefined) throw new DataSourceNotFound(update.id);
      if (update.tables !== undefined && textOf(update.tables) !== textOf(before.tables)) {
        throw new DataSourceTablesFixed(before.name);
      }
      const dataSource: DataSource = {
        ...before,
        ...(update.description === undefined ? {} : { description: update.description }),
        ...(update.config === undefined ? {} : { config: update.config }),
        ...(update.polling === undefined ? {} : { polling: update.polling }),
      };
      if (canonicalJson(dataSourceToEntity(dataSource)) === canonicalJson(dataSourceToEntity(before))) {
        return { changes: [], result: null };
      }
      const bytes = entityBytes(dataSourceToEntity(dataSource));
      if (bytes > entityBytesMax) {
        throw new EntityTooLarge({ entity: 'data source', bytes, bytesMax: entityBytesMax });
      }
      const isGivenUp = before.polling === 'leased' && dataSource.polling === 'every-replica';
      const dropped = isGivenUp ? catalog.tableVersions(before.id) : [];
      const change: Change = { kind: 'data-source-updated', dataSource, before, dropped };
      return { changes: [change], result: null };
    },
  };
}

function textOf(tables: readonly TableSchema[]): string {
  return canonicalJson(tables as unknown as Json);
}
