import { assert } from '../base/assert.ts';
import type { DataSourceId } from '../base/ids.ts';
import type { SetDigest } from '../base/set-digest.ts';
import { CreationOrdered } from './creation-order.ts';
import { digestText } from './digest-texts.ts';
import type { DataSource, TableSchema, TableVersion } from './entities.ts';
import { dataSourceToEntity, tableVersionToEntity } from './entity-json.ts';

/** One data source with the tables that have content. */
export interface ShelvedDataSource {
  readonly dataSource: DataSource;
  readonly schemas: ReadonlyMap<string, TableSchema>;
  readonly versions: Map<string, TableVersion>;
}

/**
 * The data sources and their table versions, by id, by name and in order of creation; and their part of the
 * catalog's digest.
 */
export class DataSourceShelf {
  readonly #digest: SetDigest;
  readonly #inOrder = new CreationOrdered<DataSource>();
  readonly #byId = new Map<DataSourceId, ShelvedDataSource>();
  readonly #byName = new Map<string, ShelvedDataSource>();

  constructor(digest: SetDigest) {
    this.#digest = digest;
  }

  addDataSource(dataSource: DataSource): void {
    assert(!this.#byId.has(dataSource.id), 'a new data source has a new id');
    assert(!this.#byName.has(dataSource.name), 'a new data source has a new name');
    const schemas = new Map(dataSource.tables.map((schema) => [schema.table, schema]));
    const shelved = { dataSource, schemas, versions: new Map() };
    this.#inOrder.add(dataSource);
    this.#byId.set(dataSource.id, shelved);
    this.#byName.set(dataSource.name, shelved);
    this.#digest.add(sourceText(dataSource));
  }

  /** Same id, name, tables and place. */
  replaceDataSource(dataSource: DataSource): void {
    const shelved = this.shelved(dataSource.id);
    const replaced = { ...shelved, dataSource };
    this.#inOrder.remove(shelved.dataSource.createdAt);
    this.#inOrder.add(dataSource);
    this.#byId.set(dataSource.id, replaced);
    this.#byName.set(dataSource.name, replaced);
    this.#digest.remove(sourceText(shelved.dataSource));
    this.#digest.add(sourceText(dataSource));
  }

  removeDataSource(id: DataSourceId): void {
    const shelved = this.shelved(id);
    assert(shelved.versions.size === 0, 'the tables of a data source go before it');
    this.#inOrder.remove(shelved.dataSource.createdAt);
    this.#byId.delete(id);
    this.#byName.delete(shelved.dataSource.name);
    this.#digest.remove(sourceText(shelved.dataSource));
  }

  addVersion(version: TableVersion): void {
    const shelved = this.shelved(version.dataSourceId);
    assert(!shelved.versions.has(version.table), 'a table has one version');
    assert(shelved.schemas.has(version.table), 'a table with content is in the schema');
    shelved.versions.set(version.table, version);
    this.#digest.add(versionText(version));
  }

  removeVersion(version: TableVersion): void {
    assert(this.shelved(version.dataSourceId).versions.delete(version.table), 'a removed table had content');
    this.#digest.remove(versionText(version));
  }

  /** In order of creation. */
  list(): readonly DataSource[] {
    return this.#inOrder.list();
  }

  byId(id: string): ShelvedDataSource | undefined {
    return this.#byId.get(id as DataSourceId);
  }

  byName(name: string): ShelvedDataSource | undefined {
    return this.#byName.get(name);
  }

  /** The data source is known to be there. */
  shelved(id: DataSourceId): ShelvedDataSource {
    const shelved = this.#byId.get(id);
    assert(shelved !== undefined, 'a table or a deletion belongs to a data source that is there');
    return shelved;
  }
}

function sourceText(dataSource: DataSource): string {
  return digestText('data-source', dataSourceToEntity(dataSource));
}

function versionText(version: TableVersion): string {
  return digestText('table', tableVersionToEntity(version));
}
