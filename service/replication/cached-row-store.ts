import { createHash } from 'node:crypto';
import type { Logger } from '../base/logger.ts';
import type { RowStore, RowVersionKey } from '../store/row-store.ts';
import type { Background } from './background.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

export const rowsFilePrefix = 'rows-';

/** Of the file with the chunks of a table version. */
export function rowsFileName({ dataSourceId, table, version }: RowVersionKey): string {
  const name = JSON.stringify([dataSourceId, table, version]);
  return `${rowsFilePrefix}${createHash('sha256').update(name).digest('hex')}`;
}

/**
 * A RowStore with a local copy of what was read and written. A version never changes, so a copy is as good as the
 * original; a damaged or missing one is read from the store. A start costs no reads for rows that are here.
 */
export class CachedRowStore implements RowStore {
  readonly #inner: RowStore;
  readonly #folder: SnapshotFolder;
  readonly #background: Background;
  readonly #logger: Logger;

  constructor(
    inner: RowStore,
    ports: { readonly folder: SnapshotFolder; readonly background: Background; readonly logger: Logger },
  ) {
    this.#inner = inner;
    this.#folder = ports.folder;
    this.#background = ports.background;
    this.#logger = ports.logger;
  }

  async writeChunks(key: RowVersionKey, chunks: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    await this.#inner.writeChunks(key, chunks, signal);
    this.#keep(key, chunks);
  }

  async readChunks(key: RowVersionKey, count: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const local = await this.#local(key);
    if (local !== null && local.length === count) return local;
    const chunks = await this.#inner.readChunks(key, count, signal);
    this.#keep(key, chunks);
    return chunks;
  }

  async expireChunks(
    key: RowVersionKey,
    count: number,
    options: { readonly expiresAtMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    await this.#inner.expireChunks(key, count, options);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  async #local(key: RowVersionKey): Promise<readonly Uint8Array[] | null> {
    try {
      const bytes = await this.#folder.read(rowsFileName(key));
      return bytes === null ? null : unpacked(bytes);
    } catch (error) {
      this.#logger.warn('the local copy of rows cannot be read', { error });
      return null;
    }
  }

  #keep(key: RowVersionKey, chunks: readonly Uint8Array[]): void {
    this.#background.start('keeping a local copy of rows', async () => {
      try {
        await this.#folder.write(rowsFileName(key), packed(chunks));
      } catch (error) {
        this.#logger.warn('rows are not kept locally', { error });
      }
    });
  }
}

const digestBytes = 32;

/** SHA-256 of what follows; then each chunk after its length (Uint32, little-endian). */
async function* packed(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const pieces = chunks.flatMap((chunk) => [lengthOf(chunk), chunk]);
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  yield hash.digest();
  yield* pieces;
}

function lengthOf(chunk: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(chunk.byteLength);
  return length;
}

/** Null when it is not what was written. */
function unpacked(bytes: Uint8Array): readonly Uint8Array[] | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const digest = createHash('sha256').update(buffer.subarray(digestBytes)).digest();
  if (!digest.equals(buffer.subarray(0, digestBytes))) return null;
  const chunks: Uint8Array[] = [];
  for (let at = digestBytes; at < buffer.length; ) {
    const length = buffer.readUInt32LE(at);
    chunks.push(buffer.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return chunks;
}
