import type { Tuple } from '../datalog/value.ts';

/** Where a poller puts rows: into this replica alone, or into the log for all. It knows no policy and no lease. */
export interface TableSink {
  /** What is in the table now; null while it was never synchronised. */
  current(table: string): CurrentTable | null;
  /**
   * Replaces the content. Answers the token of the new content. Rejects with a Problem when that is not possible
   * now; then nothing has changed, or a later `current` shows what has.
   */
  replace(table: string, rows: readonly Tuple[], signal: AbortSignal): Promise<string>;
  /** Deletes, then inserts, provided that the content still is that of `basedOn`. Like `replace` otherwise. */
  change(change: TableDifference, signal: AbortSignal): Promise<string>;
}

interface CurrentTable {
  /** Equal for equal content only. */
  readonly token: string;
  rows(): readonly Tuple[];
}

export interface TableDifference {
  readonly table: string;
  /** Token of the content that the difference was computed from. */
  readonly basedOn: string;
  readonly deleted: readonly Tuple[];
  readonly inserted: readonly Tuple[];
}
