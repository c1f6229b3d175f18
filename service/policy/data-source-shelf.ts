import { assert } from '../base/assert.ts';
import type { DataSourceId } from '../base/ids.ts';
import { CreationOrdered } from './creation-order.ts';
import type { DataSource, TableSchema, TableVersion } from './entities.ts';

/** One data source with the tables that have content. */
export interface ShelvedDataSource {
  readonly dataSource: DataSource;
  readonly schemas: ReadonlyMap<string, TableSchema>;
  readonly versions: Map<string, TableVersion>;
}

/** The data sources and their table versions, by id, by name and in order of creation. */
export class DataSourceShelf {
  readonly #inOrder = new CreationOrdered<DataSource>();
  readonly #byId = new Map<DataSourceId, ShelvedDataSource>();
  readonly #byName = new Map<string, ShelvedDataSource>();

  addDataSource(dataSource: DataSource): void {
    assert(!this.#byId.has(dataSource.id), 'a new data source has a new id');
    assert(!this.#byName.has(dataSource.name), 'a new data source has a new name');
    const schemas = new Map(dataSource.tables.map((schema) => [schema.table, schema]));
    const shelved = { dataSource, schemas, versions: new Map() };
    this.#inOrder.add(dataSource);
    this.#byId.set(dataSource.id, shelved);
    this.#byName.set(dataSource.name, shelved);
  }

  /** Same id, name, tables and place. */
  replaceDataSource(dataSource: DataSource): void {
    const shelved = this.shelved(dataSource.id);
    const replaced = { ...shelved, dataSource };
    this.#inOrder.remove(shelved.dataSource.createdAt);
    this.#inOrder.add(dataSource);
    this.#byId.set(dataSource.id, replaced);
    this.#byName.set(dataSource.name, replaced);
  }

  removeDataSource(id: DataSourceId): void {
    const shelved = this.shelved(id);
    assert(shelved.versions.size === 0, 'the tables of a data source go before it');
    this.#inOrder.remove(shelved.dataSource.createdAt);
    this.#byId.delete(id);
    this.#byName.delete(shelved.dataSource.name);
  }

  setVersion(version: TableVersion): void {
    const shelved = this.shelved(version.dataSourceId);
    assert(shelved.schemas.has(version.table), 'a table with content is in the schema');
    shelved.versions.set(version.table, version);
  }

  removeVersion(version: TableVersion): void {
    assert(this.shelved(version.dataSourceId).versions.delete(version.table), 'a removed table had content');
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
