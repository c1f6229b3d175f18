import type { CommitId, Sequence } from '../base/ids.ts';
import type { Tuple } from '../datalog/value.ts';
import type { Change } from '../policy/change.ts';
import type { TableVersion } from '../policy/entities.ts';

/** The newest layout of change records that this build reads (docs/UPGRADES.md). */
export const formatVersionRead = 1;
/** The layout that it writes: not before every replica that may run beside this build reads it. */
export const formatVersionWritten = 1;

/** A change record with everything at hand that applying it needs. */
export interface PreparedRecord {
  readonly sequence: Sequence;
  readonly commitId: CommitId;
  readonly content: RecordContent;
}

export type RecordContent =
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  /** Written by a newer build. */
  | { readonly kind: 'newer-format'; readonly formatVersion: number }
  /** Of a format that this build should know, but does not understand. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The rows of a table version; null when they were not loaded because nobody will see them. */
export type RowsOf = (version: TableVersion) => readonly Tuple[] | null;
