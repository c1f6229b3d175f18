import type { Lease, LeaseStore, TakeLease } from '../lease-store.ts';
import { type RetryPorts, retryIdempotent } from './retry.ts';

/** Tries again all but `takeLease`: after a lost answer the lease has to be read anew. */
export class RetryingLeaseStore implements LeaseStore {
  readonly #inner: LeaseStore;
  readonly #ports: RetryPorts;

  constructor(inner: LeaseStore, ports: RetryPorts) {
    this.#inner = inner;
    this.#ports = ports;
  }

  async readLeases(signal: AbortSignal): Promise<readonly Lease[]> {
    return this.#retry(() => this.#inner.readLeases(signal), signal);
  }

  async readLease(name: string, signal: AbortSignal): Promise<Lease | null> {
    return this.#retry(() => this.#inner.readLease(name, signal), signal);
  }

  async takeLease(take: TakeLease, signal: AbortSignal): Promise<Lease | null> {
    return this.#inner.takeLease(take, signal);
  }

  async renewLease(lease: Lease, signal: AbortSignal): Promise<Lease | null> {
    return this.#retry(() => this.#inner.renewLease(lease, signal), signal);
  }

  async releaseLease(lease: Lease, signal: AbortSignal): Promise<void> {
    return this.#retry(() => this.#inner.releaseLease(lease, signal), signal);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #retry<Answer>(call: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    return retryIdempotent(call, { ...this.#ports, signal });
  }
}
