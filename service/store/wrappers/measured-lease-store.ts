import type { Clock } from '../../base/clock.ts';
import type { Lease, LeaseStore, TakeLease } from '../lease-store.ts';
import type { StoreObserver, StoreOperation } from '../store-observer.ts';
import { measure } from './measure.ts';

/** Reports every call with its outcome and duration. A lease that is another's ends as `conflict`. */
export class MeasuredLeaseStore implements LeaseStore {
  readonly #inner: LeaseStore;
  readonly #ports: { readonly clock: Clock; readonly observer: StoreObserver };

  constructor(inner: LeaseStore, ports: { readonly clock: Clock; readonly observer: StoreObserver }) {
    this.#inner = inner;
    this.#ports = ports;
  }

  async readLeases(signal: AbortSignal): Promise<readonly Lease[]> {
    return measure(() => this.#inner.readLeases(signal), { ...this.#ports, operation: 'read-leases' });
  }

  async readLease(name: string, signal: AbortSignal): Promise<Lease | null> {
    return measure(() => this.#inner.readLease(name, signal), { ...this.#ports, operation: 'read-lease' });
  }

  async takeLease(take: TakeLease, signal: AbortSignal): Promise<Lease | null> {
    return this.#change('take-lease', () => this.#inner.takeLease(take, signal));
  }

  async renewLease(lease: Lease, signal: AbortSignal): Promise<Lease | null> {
    return this.#change('renew-lease', () => this.#inner.renewLease(lease, signal));
  }

  async releaseLease(lease: Lease, signal: AbortSignal): Promise<void> {
    const call = () => this.#inner.releaseLease(lease, signal);
    return measure(call, { ...this.#ports, operation: 'release-lease' });
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #change(operation: StoreOperation, call: () => Promise<Lease | null>): Promise<Lease | null> {
    const outcomeOf = (lease: Lease | null): string => (lease === null ? 'conflict' : 'ok');
    return measure(call, { ...this.#ports, operation, outcomeOf });
  }
}
