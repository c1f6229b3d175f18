/**
 * Contract of the immutable row chunks (ARCHITECTURE section 2). A version is written once, chunk by chunk,
 * before a commit makes it visible, and never changed. Rejects with StoreUnavailable.
 */
export interface RowStore {
  /** Writes all chunks of a version. Each at most `rowChunkBytesMax` bytes. Retry-safe. */
  writeChunks(key: RowVersionKey, chunks: readonly Uint8Array[], signal: AbortSignal): Promise<void>;

  /**
   * Chunks 0 to `count - 1` in order, read strongly. Rejects with RowChunksMissing when one is gone: the
   * version was superseded long ago and has expired.
   */
  readChunks(key: RowVersionKey, count: number, signal: AbortSignal): Promise<readonly Uint8Array[]>;

  /** Lets the store drop a superseded version after `expiresAtMs` (epoch milliseconds); readers may lag until then. */
  expireChunks(
    key: RowVersionKey,
    count: number,
    options: { readonly expiresAtMs: number; readonly signal: AbortSignal },
  ): Promise<void>;

  close(): Promise<void>;
}

export interface RowVersionKey {
  readonly dataSourceId: string;
  readonly table: string;
  readonly version: string;
}
