import { assert } from '../../base/assert.ts';
import type { Sequence } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { checkCommit, checkWrites } from '../commit-limits.ts';
import type {
  ChangeRecord,
  Commit,
  CommitOutcome,
  Entity,
  EntityKey,
  EntityWrite,
  Head,
  HeadConsistency,
  StateStore,
} from '../state-store.ts';
import { notAborted } from '../store-signal.ts';
import { MemoryLeaseStore } from './memory-lease-store.ts';

/**
 * StateStore in memory, shared by all replicas of a test or simulation: each call takes effect whole, at the
 * moment it is made, and is answered in a microtask. It has no clock, timer or randomness of its own; what
 * can go wrong is added by `wrappers/faulty-state-store.ts`, one per replica, and by the `trim...` and
 * `purge...` methods, which do what time to live does in DynamoDB.
 * Holds everything as JSON text, so nobody shares an object and only JSON comes back.
 */
export class MemoryStateStore implements StateStore {
  /** Of which commits make conditions. */
  readonly leases = new MemoryLeaseStore();
  #head: Head = emptyHead;
  readonly #records = new Map<Sequence, StoredRecord>();
  readonly #partitions = new Map<string, Map<string, StoredEntity>>();
  readonly #recordRetentionMs: number;

  /** `recordRetentionMs`: how long after its `committedAtMs` a record is kept from `purgeExpired`; 30 days. */
  constructor(options: { readonly recordRetentionMs?: number } = {}) {
    this.#recordRetentionMs = options.recordRetentionMs ?? 30 * 24 * 3_600_000;
  }

  async readHead(options: {
    readonly consistency: HeadConsistency;
    readonly signal: AbortSignal;
  }): Promise<Head> {
    notAborted(options.signal);
    return this.#head;
  }

  async readRecords(options: {
    readonly after: Sequence;
    readonly limit: number;
    readonly signal: AbortSignal;
  }): Promise<readonly ChangeRecord[]> {
    notAborted(options.signal);
    const wanted = [...this.#records.keys()]
      .filter((sequence) => sequence > options.after)
      .sort((left, right) => left - right)
      .slice(0, options.limit);
    return wanted.map((sequence) => this.#record(sequence));
  }

  async readRecord(sequence: Sequence, signal: AbortSignal): Promise<ChangeRecord | null> {
    notAborted(signal);
    return this.#records.has(sequence) ? this.#record(sequence) : null;
  }

  async commit(commit: Commit, signal: AbortSignal): Promise<CommitOutcome> {
    notAborted(signal);
    checkCommit(commit);
    const { record } = commit;
    const content = JSON.stringify(commit);
    const present = this.#records.get(record.sequence);
    if (present !== undefined && present.commitId === record.commitId) {
      assert(present.content === content, 'a commit id stands for one content');
      return { kind: 'committed' };
    }
    const lost = (commit.leases ?? []).filter((condition) => !this.leases.holds(condition));
    const claims = (commit.claims ?? []).filter((key) => !this.#isClaimable(key));
    if (lost.length + claims.length > 0) {
      return { kind: 'fenced', leases: lost.map(({ name }) => name), claims };
    }
    if (present !== undefined || this.#head.sequence !== record.sequence - 1) return { kind: 'conflict' };
    const { sequence, commitId, committedAtMs, writer, formatVersion } = record;
    this.#head = { sequence, commitId, committedAtMs, writer, formatVersion };
    this.#records.set(sequence, { commitId, committedAtMs, content });
    this.#make(commit.writes);
    this.#make((commit.claims ?? []).map((key) => ({ kind: 'delete', key })));
    return { kind: 'committed' };
  }

  async readPartition(partition: string, signal: AbortSignal): Promise<readonly Entity[]> {
    notAborted(signal);
    const entities = [...(this.#partitions.get(partition) ?? [])];
    entities.sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    return entities.map(([id, { body }]) => ({
      key: { partition, id },
      body: JSON.parse(body) as JsonObject,
    }));
  }

  async writeDetached(writes: readonly EntityWrite[], signal: AbortSignal): Promise<void> {
    notAborted(signal);
    checkWrites(writes);
    this.#make(writes);
  }

  async condemn(key: EntityKey, signal: AbortSignal): Promise<boolean> {
    notAborted(signal);
    const present = this.#partitions.get(key.partition)?.get(key.id);
    if (present !== undefined) this.#partition(key).set(key.id, { ...present, condemned: true });
    return present !== undefined;
  }

  /** Does nothing: other replicas may still use it. */
  async close(): Promise<void> {}

  /** Removes the records up to and with `sequence`, as if their time to live had passed. */
  trimThrough(sequence: Sequence): void {
    for (const present of this.#records.keys()) if (present <= sequence) this.#records.delete(present);
  }

  /** Removes one record: time to live takes them in any order. */
  trimRecord(sequence: Sequence): void {
    this.#records.delete(sequence);
  }

  /** Removes the records and entities whose time to live has passed at `nowMs` (epoch milliseconds). */
  purgeExpired(nowMs: number): void {
    for (const [sequence, { committedAtMs }] of this.#records) {
      if (committedAtMs + this.#recordRetentionMs <= nowMs) this.#records.delete(sequence);
    }
    for (const partition of this.#partitions.values()) {
      for (const [id, { expiresAtMs }] of partition) {
        if (expiresAtMs !== null && expiresAtMs <= nowMs) partition.delete(id);
      }
    }
  }

  #record(sequence: Sequence): ChangeRecord {
    const stored = this.#records.get(sequence);
    assert(stored !== undefined, 'only present records are read');
    return (JSON.parse(stored.content) as Commit).record;
  }

  #isClaimable({ partition, id }: EntityKey): boolean {
    return this.#partitions.get(partition)?.get(id)?.condemned === false;
  }

  #make(writes: readonly EntityWrite[]): void {
    for (const write of writes) {
      if (write.kind === 'delete') {
        this.#partitions.get(write.key.partition)?.delete(write.key.id);
        continue;
      }
      this.#partition(write.key).set(write.key.id, {
        body: JSON.stringify(write.body),
        expiresAtMs: write.expiresAtMs ?? null,
        condemned: false,
      });
    }
  }

  #partition(key: EntityKey): Map<string, StoredEntity> {
    const present = this.#partitions.get(key.partition) ?? new Map<string, StoredEntity>();
    this.#partitions.set(key.partition, present);
    return present;
  }
}

interface StoredRecord {
  readonly commitId: string;
  readonly committedAtMs: number;
  /** The commit with its writes, as JSON. */
  readonly content: string;
}

interface StoredEntity {
  readonly body: string;
  readonly expiresAtMs: number | null;
  readonly condemned: boolean;
}

const emptyHead: Head = {
  sequence: 0 as Sequence,
  commitId: null,
  committedAtMs: null,
  writer: null,
  formatVersion: 0,
};
