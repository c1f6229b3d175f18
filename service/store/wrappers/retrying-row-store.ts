import type { RowStore, RowVersionKey } from '../row-store.ts';
import { type RetryPorts, retryIdempotent } from './retry.ts';

/** Tries every call again: all of a RowStore is retry-safe. */
export class RetryingRowStore implements RowStore {
  readonly #inner: RowStore;
  readonly #ports: RetryPorts;

  constructor(inner: RowStore, ports: RetryPorts) {
    this.#inner = inner;
    this.#ports = ports;
  }

  async writeChunks(key: RowVersionKey, chunks: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    return this.#retry(() => this.#inner.writeChunks(key, chunks, signal), signal);
  }

  async readChunks(key: RowVersionKey, count: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    return this.#retry(() => this.#inner.readChunks(key, count, signal), signal);
  }

  async expireChunks(
    key: RowVersionKey,
    count: number,
    options: { readonly expiresAtMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    return this.#retry(() => this.#inner.expireChunks(key, count, options), options.signal);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #retry<Answer>(call: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    return retryIdempotent(call, { ...this.#ports, signal });
  }
}
