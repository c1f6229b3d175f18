/** The only source of time below `server`. The simulator and the unit tests drive a manual one. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. For records and people, never compared between hosts. */
  nowMs(): number;
  /** Monotonic milliseconds from an arbitrary origin. For durations, deadlines and leases. */
  monotonicMs(): number;
  /** Resolves after `durationMs`; rejects with `signal.reason` when aborted first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
