import { RowChunksMissing } from '../problems.ts';
import { checkChunks } from '../row-limits.ts';
import type { RowStore, RowVersionKey } from '../row-store.ts';
import { notAborted } from '../store-signal.ts';

/**
 * RowStore in memory, shared by all replicas of a test or simulation; no clock, timer or randomness of its
 * own. Faults are added by `wrappers/faulty-row-store.ts`, expiry by `purgeExpired` and `dropVersion`.
 */
export class MemoryRowStore implements RowStore {
  readonly #versions = new Map<string, StoredVersion>();

  async writeChunks(key: RowVersionKey, chunks: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    notAborted(signal);
    checkChunks(chunks);
    const copies = chunks.map((chunk) => Uint8Array.from(chunk));
    this.#versions.set(nameOf(key), { chunks: copies, expiresAtMs: null });
  }

  async readChunks(key: RowVersionKey, count: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    notAborted(signal);
    const present = this.#versions.get(nameOf(key))?.chunks ?? [];
    if (present.length < count) throw new RowChunksMissing(missing(key, present.length));
    return present.slice(0, count).map((chunk) => Uint8Array.from(chunk));
  }

  async expireChunks(
    key: RowVersionKey,
    _count: number,
    options: { readonly expiresAtMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    notAborted(options.signal);
    const present = this.#versions.get(nameOf(key));
    if (present === undefined) return;
    this.#versions.set(nameOf(key), { ...present, expiresAtMs: options.expiresAtMs });
  }

  /** Does nothing: other replicas may still use it. */
  async close(): Promise<void> {}

  /** Removes the versions that were let go and whose time has passed at `nowMs` (epoch milliseconds). */
  purgeExpired(nowMs: number): void {
    for (const [name, { expiresAtMs }] of this.#versions) {
      if (expiresAtMs !== null && expiresAtMs <= nowMs) this.#versions.delete(name);
    }
  }

  /** How many versions are stored. */
  get versions(): number {
    return this.#versions.size;
  }

  /** Removes a version at once. */
  dropVersion(key: RowVersionKey): void {
    this.#versions.delete(nameOf(key));
  }
}

interface StoredVersion {
  readonly chunks: readonly Uint8Array[];
  readonly expiresAtMs: number | null;
}

function nameOf(key: RowVersionKey): string {
  return JSON.stringify([key.dataSourceId, key.table, key.version]);
}

function missing(key: RowVersionKey, chunk: number): string {
  return `chunk ${chunk} of version \`${key.version}\` of table \`${key.table}\` is gone`;
}
