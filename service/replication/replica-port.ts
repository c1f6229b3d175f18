import type { Sequence } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Tuple } from '../datalog/value.ts';
import type { Engine } from '../engine/engine.ts';
import type { Author } from '../policy/author.ts';
import type { Catalog } from '../policy/catalog.ts';
import type { DataSource } from '../policy/entities.ts';
import type { Write } from '../policy/write.ts';
import type { LeaseCondition } from '../store/lease-store.ts';

/** What a reader asks for (ARCHITECTURE section 3). */
export type Consistency =
  /** `explicit` false = the default: answered stale while the store is away; true = refused instead. */
  | { readonly kind: 'linearizable'; readonly explicit: boolean }
  | { readonly kind: 'at-least'; readonly sequence: Sequence }
  | { readonly kind: 'bounded' };

/** What `api` sees of a replica. All reads of `catalog` and `engine` are synchronous and see one sequence. */
export interface ReplicaPort {
  readonly catalog: Catalog;
  readonly engine: Engine;

  /** False while the rows of a polled table have never come to this replica. */
  isKnown(dataSource: Pick<DataSource, 'engineName'>, table: string): boolean;

  /** Applied sequence of this replica. */
  applied(): Sequence;
  /** Milliseconds since the last successful contact with the store; null before the first. */
  stalenessMs(): number | null;
  health(): ReplicaHealth;

  /**
   * Resolves when a read may be answered from memory. `stale` is true when a default linearizable read has to
   * be answered although the store does not answer. Rejects with ReadNotFresh (503) where the asked
   * consistency cannot be had within the wait limit.
   */
  awaitConsistency(consistency: Consistency, signal: AbortSignal): Promise<{ readonly stale: boolean }>;

  /**
   * Commits a write and applies it here. Rejects with the planner's Problem, WriteNotCommitted (503: store away,
   * deadline passed, nothing changed), WriteQueueFull (503), LeaseLost or IdempotencyKeyReused (422).
   */
  write<Result extends Json>(write: Write<Result>, options: WriteOptions): Promise<WriteOutcome<Result>>;

  /** Stores the rows as a new version of a shared table and commits it, replacing the table atomically. */
  replaceRows(request: ReplaceRows, options: WriteOptions): Promise<WriteOutcome<null>>;
}

export interface WriteOptions {
  readonly signal: AbortSignal;
  /** From an Idempotency-Key header; `key` is scoped by method and path, `fingerprint` hashes the body. */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
  /** Kept with every change that the write makes; absent for what the service does by itself. */
  readonly author?: Author;
  /** Told before the write is answered with success. */
  readonly onOutcome?: (outcome: Pick<WriteOutcome<unknown>, 'sequence' | 'replayed'>) => void;
  /** Only while this lease is held under this generation; checked in the transaction that commits the write. */
  readonly lease?: LeaseCondition;
}

export interface WriteOutcome<Result> {
  /** Sequence at which the write is visible; the applied one when there was nothing to change. */
  readonly sequence: Sequence;
  readonly result: Result;
  /** True when the result is the remembered one of an earlier request with the same Idempotency-Key. */
  readonly replayed: boolean;
}

export interface ReplaceRows {
  /** Id or name. */
  readonly dataSource: string;
  readonly table: string;
  readonly rows: readonly Tuple[];
  /** Of a poll, which counts only while the data source is polled under a lease. */
  readonly polled?: boolean;
}

export interface ReplicaHealth {
  /** A complete catalog has been applied once, and this replica is neither draining nor stuck. */
  readonly ready: boolean;
  readonly draining: boolean;
  /** Empty when all is well; otherwise sentences for people, such as `store unreachable for 12 s`. */
  readonly reasons: readonly string[];
  readonly applied: Sequence;
  readonly head: Sequence | null;
  readonly stalenessMs: number | null;
  readonly catalogDigest: string;
}
