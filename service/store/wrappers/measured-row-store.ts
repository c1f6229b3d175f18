import type { Clock } from '../../base/clock.ts';
import type { RowStore, RowVersionKey } from '../row-store.ts';
import type { StoreObserver, StoreOperation } from '../store-observer.ts';
import { measure } from './measure.ts';

/** Reports every call with its outcome and duration. */
export class MeasuredRowStore implements RowStore {
  readonly #inner: RowStore;
  readonly #ports: { readonly clock: Clock; readonly observer: StoreObserver };

  constructor(inner: RowStore, ports: { readonly clock: Clock; readonly observer: StoreObserver }) {
    this.#inner = inner;
    this.#ports = ports;
  }

  async writeChunks(key: RowVersionKey, chunks: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    return this.#measure('write-chunks', () => this.#inner.writeChunks(key, chunks, signal));
  }

  async readChunks(key: RowVersionKey, count: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    return this.#measure('read-chunks', () => this.#inner.readChunks(key, count, signal));
  }

  async expireChunks(
    key: RowVersionKey,
    count: number,
    options: { readonly expiresAtMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    return this.#measure('expire-chunks', () => this.#inner.expireChunks(key, count, options));
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #measure<Answer>(operation: StoreOperation, call: () => Promise<Answer>): Promise<Answer> {
    return measure(call, { ...this.#ports, operation });
  }
}
