import { nextSequence, type Sequence } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import { entityBytesMax } from '../base/limits.ts';
import { Problem } from '../base/problem.ts';
import type { Catalog } from '../policy/catalog.ts';
import { type Change, entitiesCreated } from '../policy/change.ts';
import { changeToJson } from '../policy/change-json.ts';
import type { IdempotencyEntry } from '../policy/entities.ts';
import { entityWrites } from '../policy/entity-writes.ts';
import { checkRuleLimits, type RuleLimits } from '../policy/rule-limits.ts';
import type { LeaseCondition } from '../store/lease-store.ts';
import type { EntityWrite } from '../store/state-store.ts';
import { lastOfEachKey } from './bulk-changes.ts';
import { supersededBy } from './leftovers.ts';
import { IdempotencyKeyReused, WriteTooLarge } from './problems.ts';
import { takeBack } from './replica.ts';
import type { WaitingWrite } from './waiting-write.ts';

/** What planning said about one write. All but `broken` hold only if nothing else changes before the group. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly waiting: WaitingWrite; readonly result: Json }
  | { readonly kind: 'refused'; readonly waiting: WaitingWrite; readonly problem: Problem }
  | { readonly kind: 'unchanged'; readonly waiting: WaitingWrite; readonly result: Json }
  | { readonly kind: 'replayed'; readonly waiting: WaitingWrite; readonly entry: IdempotencyEntry }
  /** The planner has a bug; nobody else suffers from it. */
  | { readonly kind: 'broken'; readonly waiting: WaitingWrite; readonly error: unknown };

export interface GroupPlan {
  readonly sequence: Sequence;
  readonly committedAtMs: number;
  /** For the first writes given, in order; those without one did not fit any more. */
  readonly verdicts: readonly Verdict[];
  /** Of all accepted writes, in order. */
  readonly changes: readonly Change[];
  /** What the accepted writes depend on, each lease once. */
  readonly leases: readonly LeaseCondition[];
  /** True for a single accepted write that does not fit a commit and goes the bulk way. */
  readonly bulk: boolean;
}

interface GroupLimits extends RuleLimits {
  readonly writesPerCommitMax: number;
  readonly changeRecordBytesMax: number;
  readonly commitBytesMax: number;
  /** Larger results are remembered beside the commit. */
  readonly resultBytesMax: number;
  readonly idempotencyTtlMs: number;
}

export interface GroupInput {
  /** Exactly as of `applied`; planned on, and given back as it was. */
  readonly catalog: Catalog;
  readonly applied: Sequence;
  readonly nowMs: number;
  readonly waiting: readonly WaitingWrite[];
  /** Some entries whose time is over, oldest first. */
  readonly forgettable: readonly IdempotencyEntry[];
  readonly limits: GroupLimits;
}

/**
 * Plans as many of the waiting writes, in order, as fit one commit at `applied + 1`. Each is validated against
 * the catalog with the writes before it; one that is refused leaves no trace and stops nobody.
 *
 * The writes are planned on the live catalog and taken back before this function returns. It is synchronous,
 * so no reader ever sees a write that is not committed.
 */
export function planGroup(input: GroupInput): GroupPlan {
  const group = new Group(input);
  try {
    for (const waiting of input.waiting) if (!group.take(waiting)) break;
  } finally {
    takeBack(input.catalog, group.changes);
  }
  return group.plan();
}

interface Accepted {
  readonly kind: 'accepted';
  readonly changes: readonly Change[];
  readonly result: Json;
}
type Judgement = Accepted | Exclude<Verdict, { kind: 'accepted' }>;

interface Size {
  readonly writes: number;
  readonly recordBytes: number;
  readonly bytes: number;
}

class Group {
  readonly #input: GroupInput;
  readonly #verdicts: Verdict[] = [];
  #changes: Change[] = [];
  #forgotten: ReadonlySet<string> = new Set();
  #ordinal = 0;
  #size: Size = { writes: 0, recordBytes: 2, bytes: 2 };
  #leases: ReadonlyMap<string, LeaseCondition> = new Map();
  #claims = 0;
  #bulkChanges: readonly Change[] | null = null;

  constructor(input: GroupInput) {
    this.#input = input;
  }

  /** What is applied to the catalog at this moment. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  plan(): GroupPlan {
    return {
      sequence: nextSequence(this.#input.applied),
      committedAtMs: this.#input.nowMs,
      verdicts: this.#verdicts,
      changes: this.#bulkChanges ?? this.#changes,
      leases: [...this.#leases.values()],
      bulk: this.#bulkChanges !== null,
    };
  }

  /** False when the group is complete without this write or with it. */
  take(waiting: WaitingWrite): boolean {
    const empty = this.#changes.length === 0;
    if (waiting.bulk !== null && !empty) return false;
    const leases = this.#leasesWith(waiting);
    if (leases === null) return false;
    const judgement = this.#judge(waiting);
    if (judgement.kind !== 'accepted') {
      this.#verdicts.push(judgement);
      return true;
    }
    const { changes, result } = judgement;
    const size = sizeOf(changes);
    if (size.largestEntity > entityBytesMax) {
      const problem = new WriteTooLarge('an item', { size: size.largestEntity, sizeMax: entityBytesMax });
      this.#verdicts.push({ kind: 'refused', waiting, problem });
      return true;
    }
    const claims = this.#claims + waiting.claims.length;
    const fits = this.#fits(size, { leases: leases.size, claims }) && this.#resultFits(waiting, result);
    if (!fits && !empty) return false;
    this.#leases = leases;
    this.#claims = claims;
    this.#verdicts.push({ kind: 'accepted', waiting, result });
    if (!fits) {
      this.#bulkChanges = changes;
      return false;
    }
    this.#add(changes, size);
    return true;
  }

  #add(changes: readonly Change[], size: Size): void {
    for (const change of changes) {
      this.#input.catalog.apply(change);
      this.#changes.push(change);
      this.#ordinal += entitiesCreated(change);
    }
    const forgotten = changes.flatMap((each) => (each.kind === 'request-forgotten' ? [each.entry.key] : []));
    this.#forgotten = new Set([...this.#forgotten, ...forgotten]);
    this.#size = {
      writes: this.#size.writes + size.writes,
      recordBytes: this.#size.recordBytes + size.recordBytes,
      bytes: this.#size.bytes + size.bytes,
    };
  }

  #judge(waiting: WaitingWrite): Judgement {
    const { catalog, nowMs, limits } = this.#input;
    const key = waiting.idempotency?.key;
    const known = key === undefined ? undefined : catalog.idempotencyEntry(key);
    const expired = known !== undefined && known.committedAtMs <= nowMs - limits.idempotencyTtlMs;
    if (known !== undefined && !expired) return judgeRepeated(waiting, known);
    try {
      const planned = waiting.write.plan(catalog, {
        sequence: nextSequence(this.#input.applied),
        ordinal: this.#ordinal,
      });
      if (planned.changes.length === 0) return { kind: 'unchanged', waiting, result: planned.result };
      checkRuleLimits(catalog, planned.changes, limits);
      const remembering = this.#remember(waiting, {
        result: planned.result,
        expired: expired ? known : null,
      });
      const changes = [...planned.changes.map((change) => signed(change, waiting)), ...remembering];
      return { kind: 'accepted', changes, result: planned.result };
    } catch (error) {
      if (error instanceof Problem) return { kind: 'refused', waiting, problem: error };
      return { kind: 'broken', waiting, error };
    }
  }

  /** Remembering one request forgets old ones, so that the memory does not grow for ever. */
  #remember(
    waiting: WaitingWrite,
    given: { readonly result: Json; readonly expired: IdempotencyEntry | null | undefined },
  ): readonly Change[] {
    const { idempotency } = waiting;
    if (idempotency === undefined) return [];
    const old = new Map(this.#input.forgettable.map((entry) => [entry.key, entry]));
    if (given.expired) old.set(given.expired.key, given.expired);
    const forgotten = [...old.values()].filter(
      ({ key }) => !this.#forgotten.has(key) && this.#input.catalog.idempotencyEntry(key) !== undefined,
    );
    const entry: IdempotencyEntry = {
      key: idempotency.key,
      fingerprint: idempotency.fingerprint,
      sequence: nextSequence(this.#input.applied),
      result: given.result,
      committedAtMs: this.#input.nowMs,
    };
    return [
      ...forgotten.map((each): Change => ({ kind: 'request-forgotten', entry: each })),
      { kind: 'request-remembered', entry },
    ];
  }

  /** Null when another write of the group depends on another generation of the same lease. */
  #leasesWith({ lease }: WaitingWrite): ReadonlyMap<string, LeaseCondition> | null {
    if (lease === undefined) return this.#leases;
    const present = this.#leases.get(lease.name);
    if (present !== undefined && present.generation !== lease.generation) return null;
    return new Map(this.#leases).set(lease.name, lease);
  }

  /** One item of a transaction is spare; leases beyond that take the place of writes. */
  #fits(size: Size, conditions: { readonly leases: number; readonly claims: number }): boolean {
    const { limits } = this.#input;
    const others = Math.max(0, conditions.leases - 1) + conditions.claims;
    return (
      this.#size.writes + size.writes + others <= limits.writesPerCommitMax &&
      this.#size.recordBytes + size.recordBytes <= limits.changeRecordBytesMax &&
      this.#size.bytes + size.bytes <= limits.commitBytesMax
    );
  }

  #resultFits(waiting: WaitingWrite, result: Json): boolean {
    return waiting.idempotency === undefined || jsonBytes(result) <= this.#input.limits.resultBytesMax;
  }
}

/** The change with who asked for it. */
function signed(change: Change, { author }: WaitingWrite): Change {
  return author === undefined ? change : { ...change, by: author };
}

function judgeRepeated(waiting: WaitingWrite, entry: IdempotencyEntry): Judgement {
  return entry.fingerprint === waiting.idempotency?.fingerprint
    ? { kind: 'replayed', waiting, entry }
    : { kind: 'refused', waiting, problem: new IdempotencyKeyReused(entry.key) };
}

function sizeOf(changes: readonly Change[]): Size & { readonly largestEntity: number } {
  const writes = lastOfEachKey(changes.flatMap((change) => entityWrites(change)));
  const bodies = writes.map(bodyBytes);
  const ofEntities = changes.filter(({ kind }) => kind !== 'request-remembered');
  const recordBytes = changes.reduce((sum, change) => sum + jsonBytes(changeToJson(change)) + 1, 0);
  return {
    // The note of what is superseded is a write, too.
    writes: writes.length + (supersededBy(changes, []) === null ? 0 : 1),
    recordBytes,
    bytes: bodies.reduce((sum, bytes) => sum + bytes, recordBytes),
    largestEntity: ofEntities
      .flatMap((change) => entityWrites(change))
      .reduce((largest, write) => Math.max(largest, bodyBytes(write)), 0),
  };
}

function bodyBytes(write: EntityWrite): number {
  return write.kind === 'put' ? jsonBytes(write.body) : 0;
}

function jsonBytes(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}
