import type { Json } from '../../base/json.ts';
import type { Gzip } from './gzip.ts';

/**
 * JSON in one attribute: text, so that it can be read in the console, or gzip when it is long and shrinks.
 * The same value gives the same bytes, as a repeated transaction has to be the same.
 */
export type JsonAttribute = string | Uint8Array;

export async function toJsonAttribute(value: Json, gzip: Gzip): Promise<JsonAttribute> {
  const text = JSON.stringify(value);
  if (text.length <= plainLengthMax) return text;
  const packed = await gzip.pack(text);
  return packed.byteLength < Buffer.byteLength(text) ? packed : text;
}

export async function fromJsonAttribute(attribute: JsonAttribute, gzip: Gzip): Promise<Json> {
  const text = typeof attribute === 'string' ? attribute : await gzip.unpack(attribute);
  return JSON.parse(text) as Json;
}

/** Above this many UTF-16 units it is worth the time: capacity is billed by the KB. */
const plainLengthMax = 2_048;
