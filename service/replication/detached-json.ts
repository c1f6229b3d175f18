import type { Clock } from '../base/clock.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { EntityWrite, StateStore } from '../store/state-store.ts';
import type { Compressor } from './compressor.ts';

/** Compressed bytes in one part; base64 makes a third more of them, which must fit one item. */
const partBytes = 200 * 1024;
const inflatedBytesMax = 256 * 1024 * 1024;

/** JSON that is too large for one item: compressed, cut into parts, written once and never changed. */
export interface DetachedJson {
  /** Unique; names the parts. */
  readonly id: string;
  readonly parts: number;
}

/** Parts are gone: their time was over. Whoever needs them loads everything anew. */
export class DetachedPartsMissing extends Error {
  override readonly name = 'DetachedPartsMissing';
}

export interface DetachedStoreOptions {
  readonly store: StateStore;
  readonly compressor: Compressor;
  readonly clock: Clock;
}

/** Keeps large JSON beside the commit that points to it. */
export class DetachedStore {
  readonly #options: DetachedStoreOptions;

  constructor(options: DetachedStoreOptions) {
    this.#options = options;
  }

  /** Writes `text` under `id`, which must be new. Rejects with StoreUnavailable. */
  async write(
    text: string,
    options: { readonly id: string; readonly expiresAtMs: number; readonly signal: AbortSignal },
  ): Promise<DetachedJson> {
    const bytes = await this.#options.compressor.deflate(Buffer.from(text));
    const parts = Math.max(1, Math.ceil(bytes.length / partBytes));
    const writes = Array.from({ length: parts }, (_, part): EntityWrite => {
      const slice = bytes.subarray(part * partBytes, (part + 1) * partBytes);
      return {
        kind: 'put',
        key: { partition: detachedPartition(options.id), id: partId(part) },
        body: { data: Buffer.from(slice).toString('base64') },
        expiresAtMs: options.expiresAtMs,
      };
    });
    await this.#options.store.writeDetached(writes, options.signal);
    return { id: options.id, parts };
  }

  /** The text. Rejects with DetachedPartsMissing or StoreUnavailable. */
  async read({ id, parts }: DetachedJson, signal: AbortSignal): Promise<string> {
    const present = await this.#options.store.readPartition(detachedPartition(id), signal);
    const found = new Map(present.map(({ key, body }) => [key.id, body]));
    const slices = Array.from({ length: parts }, (_, part) => dataOf(found.get(partId(part)), id));
    const bytes = await this.#options.compressor.inflate(Buffer.concat(slices), inflatedBytesMax);
    return Buffer.from(bytes).toString();
  }

  /** Lets go of parts that nothing will ever point to. */
  async remove({ id, parts }: DetachedJson, signal: AbortSignal): Promise<void> {
    const writes = Array.from(
      { length: parts },
      (_, part): EntityWrite => ({
        kind: 'delete',
        key: { partition: detachedPartition(id), id: partId(part) },
      }),
    );
    await this.#options.store.writeDetached(writes, signal);
  }
}

const pointerKind = 'detached';

/** What stands in a record or an entity in place of the JSON. */
export function pointerTo(detached: DetachedJson): JsonObject {
  return { kind: pointerKind, id: detached.id, parts: detached.parts };
}

/** The pointer that `json` is, or null when it is anything else. */
export function asPointer(json: Json | undefined): DetachedJson | null {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return null;
  const { kind, id, parts, ...others } = json as JsonObject;
  if (kind !== pointerKind || Object.keys(others).length > 0) return null;
  return typeof id === 'string' && typeof parts === 'number' ? { id, parts } : null;
}

/** Holds the parts of one text and nothing else. */
export function detachedPartition(id: string): string {
  return `detached#${id}`;
}

function partId(part: number): string {
  return String(part).padStart(6, '0');
}

function dataOf(body: JsonObject | undefined, id: string): Buffer {
  const data = body?.data;
  if (typeof data !== 'string') throw new DetachedPartsMissing(`a part of \`${id}\` is gone`);
  return Buffer.from(data, 'base64');
}
