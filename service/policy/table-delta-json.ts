import { createHash } from 'node:crypto';
import type { DataSourceId } from '../base/ids.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { TableDelta } from './entities.ts';
import { tupleFromJson, tupleToJson } from './execution-json.ts';
import { JsonReader } from './json-reader.ts';

/** Durable JSON of a table delta. */
export function tableDeltaToEntity(delta: TableDelta): JsonObject {
  return {
    ...delta,
    deleted: delta.deleted.map(tupleToJson),
    inserted: delta.inserted.map(tupleToJson),
  };
}

export function tableDeltaFromEntity(json: JsonObject): TableDelta {
  const read = new JsonReader(json, 'table delta');
  return {
    dataSourceId: read.text('dataSourceId') as DataSourceId,
    table: read.text('table'),
    version: read.text('version'),
    number: read.integer('number'),
    deleted: (read.any('deleted') as readonly Json[]).map(tupleFromJson),
    inserted: (read.any('inserted') as readonly Json[]).map(tupleFromJson),
  };
}

/** Digest of a version after this delta; `before` is that of the deltas so far, at first of the chunks. */
export function digestAfter(before: string, delta: TableDelta): string {
  return createHash('sha256')
    .update(before)
    .update(JSON.stringify(tableDeltaToEntity(delta)))
    .digest('hex');
}
