import type { Sequence } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { CreatedAt } from './entities.ts';
import { JsonReader } from './json-reader.ts';

/** Durable JSON of a place of creation. */
export function createdAtToJson(createdAt: CreatedAt): JsonObject {
  return { sequence: createdAt.sequence, ordinal: createdAt.ordinal };
}

export function createdAtFromJson(json: JsonObject): CreatedAt {
  const read = new JsonReader(json, 'createdAt');
  return { sequence: read.integer('sequence') as Sequence, ordinal: read.integer('ordinal') };
}
