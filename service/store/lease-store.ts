/**
 * Contract of the leases (ARCHITECTURE section 2): who may do what only one replica may do at a time.
 *
 * A lease holds no point in time. Its holder counts the duration on its own monotonic clock from before it asked
 * for the lease or its renewal; everybody else watches the lease and may take it over once it has not changed for
 * its whole duration on their own clock, counted from after they first saw it so (awslabs/amazon-dynamodb-lock-client
 * works the same way). The clocks of two hosts are never compared, they only have to run about equally fast.
 *
 * That alone does not stop a holder that was paused. The generation does: it grows by one with every holder, never
 * goes back, and is a condition inside every commit that the holder makes ({@link LeaseCondition}).
 *
 * Every method rejects with StoreUnavailable when the store does not answer in time; a change may have been made
 * nevertheless, or may be made later.
 */
export interface LeaseStore {
  /** All leases there ever were, sorted by name; may lag and go back (eventually consistent). */
  readLeases(signal: AbortSignal): Promise<readonly Lease[]>;

  /** One lease, read strongly; null when there never was one of that name. */
  readLease(name: string, signal: AbortSignal): Promise<Lease | null>;

  /**
   * Makes `holder` the holder, under the next generation, if the lease still is as it was seen. Answers the lease
   * as it is then; null when it has changed since, be it through an earlier call of this holder whose answer was
   * lost. Such a lease is in the holder's name, but since when nobody can say: taking it once more makes it good.
   */
  takeLease(take: TakeLease, signal: AbortSignal): Promise<Lease | null>;

  /**
   * Shows the others that the holder is alive: `renewal` becomes one more than in `lease`. Answers the lease as it
   * is then; null when it is not this holder's any more or was renewed beyond that. Retry-safe; but whoever counts
   * the duration from the start of a later call must make it with a higher `renewal`, because the others count from
   * when they saw the number first.
   */
  renewLease(lease: Lease, signal: AbortSignal): Promise<Lease | null>;

  /** Lets others take it at once. Nothing happens when it is not this holder's any more. */
  releaseLease(lease: Lease, signal: AbortSignal): Promise<void>;

  close(): Promise<void>;
}

export interface Lease {
  readonly name: string;
  /** Unique per process and start; null when it was released. */
  readonly holder: string | null;
  /** From 1; grows with every take-over. The fencing token. */
  readonly generation: number;
  /** Changes with every renewal and release of a generation, and only grows in it. */
  readonly renewal: number;
  /** How long it must not have changed before others may take it. */
  readonly durationMs: number;
}

export interface TakeLease {
  readonly name: string;
  readonly holder: string;
  readonly durationMs: number;
  /** As last read; null when there was none. */
  readonly seen: Lease | null;
}

/** Holds while the lease is held under this generation; checked atomically with what a commit does. */
export interface LeaseCondition {
  readonly name: string;
  readonly generation: number;
}
