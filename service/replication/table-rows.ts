import { createHash } from 'node:crypto';
import type { Tuple } from '../datalog/value.ts';
import type { TableVersion } from '../policy/entities.ts';
import type { RowStore } from '../store/row-store.ts';
import type { RowChunks } from './row-chunks.ts';

/** The stored chunks are not those that the commit spoke of. */
export class RowChunksDamaged extends Error {
  override readonly name = 'RowChunksDamaged';
}

export interface TableRowsOptions {
  readonly rowStore: RowStore;
  readonly chunks: RowChunks;
}

/** The rows of table versions: those this replica has just written, and the others from the row store. */
export class TableRows {
  readonly #options: TableRowsOptions;
  readonly #own = new Map<string, readonly Tuple[]>();

  constructor(options: TableRowsOptions) {
    this.#options = options;
  }

  /** Rows that need not be loaded, until `release`. */
  hold(version: string, rows: readonly Tuple[]): void {
    this.#own.set(version, rows);
  }

  release(version: string): void {
    this.#own.delete(version);
  }

  /** The rows when they are held here. */
  held(version: TableVersion): readonly Tuple[] | null {
    return version.rows === 0 ? [] : (this.#own.get(version.version) ?? null);
  }

  /** Rejects with RowChunksMissing, RowChunksDamaged or StoreUnavailable. */
  async load(version: TableVersion, signal: AbortSignal): Promise<readonly Tuple[]> {
    const held = this.held(version);
    if (held !== null) return held;
    const { rowStore, chunks } = this.#options;
    const bytes = await rowStore.readChunks(version, version.chunks, signal);
    const hash = createHash('sha256');
    for (const chunk of bytes) hash.update(chunk);
    if (hash.digest('hex') !== version.digest) {
      throw new RowChunksDamaged(`version \`${version.version}\` of table \`${version.table}\` is damaged`);
    }
    return chunks.decode(bytes, signal);
  }
}
