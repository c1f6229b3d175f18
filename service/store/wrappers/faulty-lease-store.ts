import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { Lease, LeaseStore, TakeLease } from '../lease-store.ts';
import { StoreUnavailable } from '../problems.ts';
import type { StoreOperation } from '../store-observer.ts';
import { callUnderFault } from './fault-injection.ts';
import type { FaultPlan } from './faults.ts';

/** A LeaseStore as one replica sees it through a bad network; see FaultyStateStore. */
export class FaultyLeaseStore implements LeaseStore {
  readonly #inner: LeaseStore;
  readonly #faults: FaultPlan;
  readonly #clock: Clock;
  readonly #late = new Set<Promise<void>>();

  constructor(options: { readonly inner: LeaseStore; readonly faults: FaultPlan; readonly clock: Clock }) {
    this.#inner = options.inner;
    this.#faults = options.faults;
    this.#clock = options.clock;
  }

  async readLeases(signal: AbortSignal): Promise<readonly Lease[]> {
    return this.#call('read-leases', () => this.#inner.readLeases(signal), signal);
  }

  async readLease(name: string, signal: AbortSignal): Promise<Lease | null> {
    return this.#call('read-lease', () => this.#inner.readLease(name, signal), signal);
  }

  async takeLease(take: TakeLease, signal: AbortSignal): Promise<Lease | null> {
    return this.#call('take-lease', (own) => this.#inner.takeLease(take, own), signal);
  }

  async renewLease(lease: Lease, signal: AbortSignal): Promise<Lease | null> {
    return this.#call('renew-lease', (own) => this.#inner.renewLease(lease, own), signal);
  }

  async releaseLease(lease: Lease, signal: AbortSignal): Promise<void> {
    return this.#call('release-lease', (own) => this.#inner.releaseLease(lease, own), signal);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  /** Resolves when every late request has arrived; the clock must go on for that. */
  async settled(): Promise<void> {
    await Promise.all(this.#late);
  }

  async #call<Answer>(
    operation: StoreOperation,
    call: (signal: AbortSignal) => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const fault = this.#faults.next(operation);
    if (fault.kind === 'late-request') {
      this.#callLater(() => call(new AbortController().signal), fault.afterMs);
      throw new StoreUnavailable('injected: request late', { reason: 'timeout' });
    }
    return callUnderFault(() => call(signal), { fault, clock: this.#clock, signal });
  }

  #callLater(call: () => Promise<unknown>, afterMs: number): void {
    const arrival = this.#clock
      .sleep(afterMs)
      .then(call)
      .catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error;
      })
      .then(() => {
        this.#late.delete(arrival);
      });
    this.#late.add(arrival);
  }
}
