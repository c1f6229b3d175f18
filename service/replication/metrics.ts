/** What replication counts; `server` maps it to the metrics of the process. Durations in milliseconds. */
export interface ReplicationMetrics {
  /** One commit, with all its attempts, and how many writes of clients went with it. */
  commitEnded(commit: {
    readonly outcome: 'committed' | 'conflict' | 'fenced' | 'not-committed' | 'unknown';
    readonly durationMs: number;
    readonly groupSize: number;
  }): void;
  /** Writes waiting when a group was formed. */
  queueObserved(length: number): void;
  /** A strongly consistent read of the head, and how many requests shared it. */
  headRead(read: { readonly shared: number; readonly durationMs: number; readonly ok: boolean }): void;
  /** A read of the log, how many records it brought and whether the next one was missing. */
  pulled(pull: { readonly records: number; readonly gap: boolean }): void;
  /** Records applied in one step, and how long readers had to wait for it. */
  applied(step: { readonly records: number; readonly durationMs: number }): void;
  /** A full load, at the start or because the log was trimmed. */
  loaded(load: { readonly durationMs: number }): void;
  /** After every look at the heartbeats. */
  fleetObserved(fleet: { readonly live: number }): void;
  /** Whether the catalog differs from that of a live replica at the same sequence: an alarm. */
  digestCompared(comparison: { readonly different: boolean }): void;
  /** After every look at the head. */
  lagObserved(lag: { readonly records: number; readonly stalenessMs: number | null }): void;
}

/** Counts nothing. */
export const silentMetrics: ReplicationMetrics = {
  commitEnded() {},
  queueObserved() {},
  headRead() {},
  pulled() {},
  applied() {},
  loaded() {},
  fleetObserved() {},
  digestCompared() {},
  lagObserved() {},
};
