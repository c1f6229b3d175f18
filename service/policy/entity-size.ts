import type { JsonObject } from '../base/json.ts';

/** Bytes of the entity as the store counts them: its JSON in UTF-8. */
export function entityBytes(entity: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(entity));
}
