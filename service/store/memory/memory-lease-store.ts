import type { Lease, LeaseCondition, LeaseStore, TakeLease } from '../lease-store.ts';
import { notAborted } from '../store-signal.ts';

/** LeaseStore in memory, shared by all replicas of a test or simulation; see MemoryStateStore. */
export class MemoryLeaseStore implements LeaseStore {
  readonly #leases = new Map<string, Lease>();

  async readLeases(signal: AbortSignal): Promise<readonly Lease[]> {
    notAborted(signal);
    return [...this.#leases.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async readLease(name: string, signal: AbortSignal): Promise<Lease | null> {
    notAborted(signal);
    return this.#leases.get(name) ?? null;
  }

  async takeLease({ name, holder, durationMs, seen }: TakeLease, signal: AbortSignal): Promise<Lease | null> {
    notAborted(signal);
    const present = this.#leases.get(name) ?? null;
    if (present?.generation !== seen?.generation || present?.renewal !== seen?.renewal) return null;
    return this.#put({ name, holder, generation: (seen?.generation ?? 0) + 1, renewal: 0, durationMs });
  }

  async renewLease(lease: Lease, signal: AbortSignal): Promise<Lease | null> {
    notAborted(signal);
    const renewal = lease.renewal + 1;
    const present = this.#ownedBy(lease);
    if (present === undefined || present.renewal > renewal) return null;
    return this.#put({ ...present, renewal });
  }

  async releaseLease(lease: Lease, signal: AbortSignal): Promise<void> {
    notAborted(signal);
    const present = this.#ownedBy(lease);
    if (present !== undefined) this.#put({ ...present, holder: null, renewal: present.renewal + 1 });
  }

  /** Does nothing: other replicas may still use it. */
  async close(): Promise<void> {}

  /** Whether the condition holds at this moment. */
  holds({ name, generation }: LeaseCondition): boolean {
    const present = this.#leases.get(name);
    return present !== undefined && present.holder !== null && present.generation === generation;
  }

  #ownedBy(lease: Lease): Lease | undefined {
    const present = this.#leases.get(lease.name);
    return present?.holder === lease.holder && present?.generation === lease.generation ? present : undefined;
  }

  #put(lease: Lease): Lease {
    this.#leases.set(lease.name, lease);
    return lease;
  }
}
