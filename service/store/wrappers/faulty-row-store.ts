import type { Clock } from '../../base/clock.ts';
import { RowChunksMissing } from '../problems.ts';
import type { RowStore, RowVersionKey } from '../row-store.ts';
import { callUnderFault } from './fault-injection.ts';
import type { FaultPlan } from './faults.ts';

/** A RowStore as one replica sees it through a bad network; see FaultyStateStore. */
export class FaultyRowStore implements RowStore {
  readonly #inner: RowStore;
  readonly #faults: FaultPlan;
  readonly #clock: Clock;

  constructor(options: { readonly inner: RowStore; readonly faults: FaultPlan; readonly clock: Clock }) {
    this.#inner = options.inner;
    this.#faults = options.faults;
    this.#clock = options.clock;
  }

  async writeChunks(key: RowVersionKey, chunks: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    const call = () => this.#inner.writeChunks(key, chunks, signal);
    return callUnderFault(call, { fault: this.#faults.next('write-chunks'), clock: this.#clock, signal });
  }

  async readChunks(key: RowVersionKey, count: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const fault = this.#faults.next('read-chunks');
    if (fault.kind === 'expired') {
      throw new RowChunksMissing(`injected: version \`${key.version}\` has expired`);
    }
    const call = () => this.#inner.readChunks(key, count, signal);
    return callUnderFault(call, { fault, clock: this.#clock, signal });
  }

  async expireChunks(
    key: RowVersionKey,
    count: number,
    options: { readonly expiresAtMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const call = () => this.#inner.expireChunks(key, count, options);
    const fault = this.#faults.next('expire-chunks');
    return callUnderFault(call, { fault, clock: this.#clock, signal: options.signal });
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }
}
