import type { DataSourceId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { entityBytesMax, nameLengthMax } from '../../base/limits.ts';
import type { DataSource, PollingMode, TableSchema } from '../entities.ts';
import { dataSourceToEntity } from '../entity-json.ts';
import { entityBytes } from '../entity-size.ts';
import { isUsableInRules } from '../names.ts';
import {
  DataSourceNameTaken,
  EntityTooLarge,
  InvalidDataSourceId,
  InvalidDataSourceName,
} from '../problems.ts';
import type { Write } from '../write.ts';

export interface NewDataSource {
  /** New; may be chosen by the client. */
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly description: string | null;
  readonly enabled: boolean;
  readonly config: JsonObject | null;
  /** Of the driver for this configuration; each table once. */
  readonly tables: readonly TableSchema[];
  /** Of a driver that polls. */
  readonly polling?: PollingMode;
}

/**
 * Creates a data source (Congress reference 1.13); answers its id. What the driver demands was checked before.
 * It may have the name of a policy: rules then go on to mean the policy, and its tables are reached under
 * /v1/data-sources only. Throws InvalidDataSourceName, InvalidDataSourceId, DataSourceNameTaken, EntityTooLarge.
 */
export function createDataSource(wanted: NewDataSource): Write<{ readonly id: string }> {
  return {
    name: 'create-data-source',
    plan(catalog, { sequence, ordinal }) {
      const { id, name } = wanted;
      if (!isDataSourceName(name)) throw new InvalidDataSourceName(name);
      if (id === '' || id.length > nameLengthMax) throw new InvalidDataSourceId(id);
      if (catalog.dataSourceByName(name) !== undefined || catalog.dataSourceById(id) !== undefined) {
        throw new DataSourceNameTaken(name);
      }
      const dataSource: DataSource = {
        ...wanted,
        id: id as DataSourceId,
        engineName: catalog.policyByName(name) === undefined ? name : `data-source:${id}`,
        createdAt: { sequence, ordinal },
      };
      const bytes = entityBytes(dataSourceToEntity(dataSource));
      if (bytes > entityBytesMax) {
        throw new EntityTooLarge({ entity: 'data source', bytes, bytesMax: entityBytesMax });
      }
      return { changes: [{ kind: 'data-source-created', dataSource }], result: { id } };
    },
  };
}

/** Reference 1.13: valid in the language, without a leading underscore. */
export function isDataSourceName(name: string): boolean {
  return isUsableInRules(name) && !name.startsWith('_');
}
