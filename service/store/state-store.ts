import type { CommitId, Sequence } from '../base/ids.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { LeaseCondition } from './lease-store.ts';

/**
 * Contract of the durable state (ARCHITECTURE section 2): a change sequence, a change log and entities that
 * change only together. It knows no policy: changes and entity bodies are opaque JSON.
 * Every method rejects with StoreUnavailable (see problems.ts) when the store does not answer in time. An
 * aborted signal counts as that, with its reason as `cause`; a commit that was already sent is then of unknown
 * outcome.
 */
export interface StateStore {
  /** The change-sequence item. An empty store answers sequence 0 and format version 0. */
  readHead(options: { readonly consistency: HeadConsistency; readonly signal: AbortSignal }): Promise<Head>;

  /**
   * Records after `after`, ascending, at most `limit`, read strongly but NOT as one snapshot with the head:
   * the newest records may be missing although the head already counts them (torn read), and the oldest may
   * have been trimmed. Callers apply contiguous prefixes only.
   */
  readRecords(options: {
    readonly after: Sequence;
    readonly limit: number;
    readonly signal: AbortSignal;
  }): Promise<readonly ChangeRecord[]>;

  /** One record by its sequence, read strongly; null when there is none (not yet, or trimmed). */
  readRecord(sequence: Sequence, signal: AbortSignal): Promise<ChangeRecord | null>;

  /**
   * Atomically: moves the head from `record.sequence - 1` to `record.sequence`, appends the record and makes
   * the writes; all or nothing. Calling again with the same `record.commitId` and content is idempotent.
   * - `committed`: it is durable.
   * - `conflict`: nothing happened; the head was not `record.sequence - 1`, or another transaction touched
   *   the same items at this moment.
   * - `fenced`: nothing happened and nothing ever will of this commit; a lease it depends on is not held under
   *   that generation any more, or a claim of it is condemned or gone.
   * Rejects with UnknownOutcome when it may or may not have happened: the caller resolves it by calling again
   * with the same commit, then by reading record `record.sequence` and comparing `commitId`.
   */
  commit(commit: Commit, signal: AbortSignal): Promise<CommitOutcome>;

  /**
   * All entities of one partition, in order of id (by code point, not by UTF-16 unit), paged inside; strongly
   * read, not one snapshot. Expired ones may still be among them. Rejects with PartitionTooLarge.
   */
  readPartition(partition: string, signal: AbortSignal): Promise<readonly Entity[]>;

  /**
   * Writes entities outside a commit, in batches: for items that become visible only through a later commit
   * (a new rule version) and for deleting those that no longer are. Any number, each key once. Not atomic;
   * retry-safe: after StoreUnavailable some may have been made. Rejects with CommitTooLarge.
   */
  writeDetached(writes: readonly EntityWrite[], signal: AbortSignal): Promise<void>;

  /**
   * Marks an entity so that no commit can claim it any more. Answers false when it is not there: it was claimed, or
   * deleted. Retry-safe.
   */
  condemn(key: EntityKey, signal: AbortSignal): Promise<boolean>;

  /** Releases connections. */
  close(): Promise<void>;
}

/**
 * - `eventual`: may lag or go back. Half the price of `strong`.
 * - `strong`: sees every commit acknowledged before the call started. A commit under way may show its head
 *   before its record and its entities, or after them.
 * - `settled`: the head at a moment when no commit is under way. All of every commit up to it is visible from
 *   then on, and nothing of later ones was before. Twice the price of `strong`, and waits for such a moment.
 */
export type HeadConsistency = 'settled' | 'strong' | 'eventual';

export interface Head {
  readonly sequence: Sequence;
  /** Null only at sequence 0. */
  readonly commitId: CommitId | null;
  readonly committedAtMs: number | null;
  readonly writer: string | null;
  readonly formatVersion: number;
}

export interface ChangeRecord {
  readonly sequence: Sequence;
  readonly commitId: CommitId;
  /** Replica that committed it. */
  readonly writer: string;
  /** The writer's wall clock; for people. */
  readonly committedAtMs: number;
  readonly formatVersion: number;
  readonly changes: readonly Json[];
}

/** Neither part is empty; see `partitionBytesMax` and `entityIdBytesMax`. */
export interface EntityKey {
  /** Not `sequence`, `change` or `lease`, where the head, the log and the leases are. For example `policy`, `rules#<policyId>#<rulesVersion>`. */
  readonly partition: string;
  readonly id: string;
}

export interface Entity {
  readonly key: EntityKey;
  readonly body: JsonObject;
}

export type EntityWrite =
  | {
      readonly kind: 'put';
      readonly key: EntityKey;
      readonly body: JsonObject;
      /** When the store may drop the item by itself, epoch milliseconds; absent = never. */
      readonly expiresAtMs?: number;
    }
  | { readonly kind: 'delete'; readonly key: EntityKey };

export interface Commit {
  readonly record: ChangeRecord;
  /** At most `writesPerCommitMax`; each key once. */
  readonly writes: readonly EntityWrite[];
  /** Entities that are deleted, on condition that each is there and is not condemned; none is among the writes. */
  readonly claims?: readonly EntityKey[];
  /** All must hold; each lease once. With writes and claims at most `writesPerCommitMax` + 1. */
  readonly leases?: readonly LeaseCondition[];
}

export type CommitOutcome =
  | { readonly kind: 'committed' }
  | { readonly kind: 'conflict' }
  /** `leases`: names of those that are lost. `claims`: those that are condemned or gone. */
  | {
      readonly kind: 'fenced';
      readonly leases: readonly string[];
      readonly claims: readonly EntityKey[];
    };
