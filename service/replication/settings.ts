import {
  changeRecordBytesMax,
  queuedWritesMax,
  readWaitMs,
  recordsPerPullMax,
  rowChunkBytesMax,
  rulesPerPolicyMax,
  ruleTextLengthMax,
  writeDeadlineMs,
  writesPerCommitMax,
} from '../base/limits.ts';
import { formatVersionRead, formatVersionWritten } from './prepared-record.ts';

/** What can be tuned about replication. Durations in milliseconds. */
export interface ReplicationSettings {
  /** Between two looks at the head, give or take 10 % either way. */
  readonly pollIntervalMs: number;
  /** One read of the store. */
  readonly storeTimeoutMs: number;
  /** One read of a page of the log. */
  readonly pullTimeoutMs: number;
  /** One attempt to commit, after which its outcome counts as unknown. */
  readonly commitTimeoutMs: number;
  readonly readWaitMs: number;
  readonly writeDeadlineMs: number;
  /** Deadline of a write that must be prepared beside the commit: thousands of rules, a table of rows. */
  readonly bulkWriteDeadlineMs: number;
  /** First upper bound of the random wait after a conflict; doubles up to `backoffMaxMs`. */
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** Reads of a log with a hole at its start before its records count as trimmed. */
  readonly gapReadsMax: number;
  /** How long a superseded version of a table stays for replicas that lag. */
  readonly supersededRetentionMs: number;
  /** How long parts of large change records stay; longer than the records themselves. */
  readonly recordPartsRetentionMs: number;
  /** How long the answer to an Idempotency-Key is remembered. */
  readonly idempotencyTtlMs: number;
  /** How long a lease must not have been renewed before another replica may take it. */
  readonly leaseDurationMs: number;
  /** Between two heartbeats while nothing is applied; grows with the fleet. 0: none are sent. */
  readonly heartbeatIntervalMs: number;
  /** Between two heartbeats at least, however much is applied; grows with the fleet. */
  readonly heartbeatGapMs: number;
  /** Between two looks for what crashed writers left over. 0: nobody looks. */
  readonly collectIntervalMs: number;
  /** How long a note must have been seen before it is condemned: longer than any write may take. */
  readonly leftoverGraceMs: number;
  /** Between two local snapshots while something changes. */
  readonly snapshotIntervalMs: number;
  /** Whether to serve the local snapshot, marked stale, when the store is away at the start. */
  readonly serveSnapshot: boolean;
  /** See prepared-record.ts; settings so that two builds can meet in one test. */
  readonly formatVersionRead: number;
  readonly formatVersionWritten: number;
  readonly queuedWritesMax: number;
  readonly rulesPerPolicyMax: number;
  /** Of the text of one rule, in UTF-16 code units. */
  readonly ruleLengthMax: number;
  readonly writesPerCommitMax: number;
  readonly changeRecordBytesMax: number;
  readonly recordsPerPullMax: number;
  readonly rowChunkBytesMax: number;
}

const hourMs = 3_600_000;

/** In force where nothing else is configured. */
export const defaultSettings: ReplicationSettings = {
  pollIntervalMs: 500,
  storeTimeoutMs: 1_000,
  pullTimeoutMs: 5_000,
  commitTimeoutMs: 1_000,
  readWaitMs,
  writeDeadlineMs,
  bulkWriteDeadlineMs: 60_000,
  backoffMinMs: 10,
  backoffMaxMs: 60,
  gapReadsMax: 20,
  supersededRetentionMs: hourMs,
  recordPartsRetentionMs: 31 * 24 * hourMs,
  idempotencyTtlMs: 24 * hourMs,
  leaseDurationMs: 8_000,
  heartbeatIntervalMs: 5_000,
  heartbeatGapMs: 1_000,
  collectIntervalMs: 60_000,
  leftoverGraceMs: 5 * 60_000,
  snapshotIntervalMs: 60_000,
  serveSnapshot: false,
  formatVersionRead,
  formatVersionWritten,
  queuedWritesMax,
  rulesPerPolicyMax,
  ruleLengthMax: ruleTextLengthMax,
  writesPerCommitMax,
  changeRecordBytesMax,
  recordsPerPullMax,
  rowChunkBytesMax,
};
