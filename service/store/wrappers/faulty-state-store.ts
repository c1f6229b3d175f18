import type { Clock } from '../../base/clock.ts';
import type { Sequence } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import { StoreUnavailable, UnknownOutcome } from '../problems.ts';
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
import { callUnderFault } from './fault-injection.ts';
import type { Fault, FaultPlan } from './faults.ts';

/**
 * A StateStore as one replica sees it through a bad network. Put one around the shared store for each replica
 * to let them fail apart from each other. Deterministic: the plan decides, the clock waits.
 */
export class FaultyStateStore implements StateStore {
  readonly #inner: StateStore;
  readonly #faults: FaultPlan;
  readonly #clock: Clock;
  readonly #late = new Set<Promise<void>>();

  constructor(options: { readonly inner: StateStore; readonly faults: FaultPlan; readonly clock: Clock }) {
    this.#inner = options.inner;
    this.#faults = options.faults;
    this.#clock = options.clock;
  }

  async readHead(options: {
    readonly consistency: HeadConsistency;
    readonly signal: AbortSignal;
  }): Promise<Head> {
    const fault = this.#faults.next('read-head');
    const head = await this.#call(() => this.#inner.readHead(options), { fault, signal: options.signal });
    if (fault.kind !== 'stale-head' || options.consistency !== 'eventual') return head;
    return this.#earlierHead(head, { behind: fault.behind, signal: options.signal });
  }

  async readRecords(options: {
    readonly after: Sequence;
    readonly limit: number;
    readonly signal: AbortSignal;
  }): Promise<readonly ChangeRecord[]> {
    const fault = this.#faults.next('read-records');
    const visible = await this.#visibleThrough(fault, options.signal);
    const records = await this.#call(() => this.#inner.readRecords(options), {
      fault,
      signal: options.signal,
    });
    return records.filter(({ sequence }) => sequence <= visible);
  }

  async readRecord(sequence: Sequence, signal: AbortSignal): Promise<ChangeRecord | null> {
    const fault = this.#faults.next('read-record');
    const visible = await this.#visibleThrough(fault, signal);
    const record = await this.#call(() => this.#inner.readRecord(sequence, signal), { fault, signal });
    return sequence <= visible ? record : null;
  }

  async commit(commit: Commit, signal: AbortSignal): Promise<CommitOutcome> {
    const fault = this.#faults.next('commit');
    notAborted(signal);
    switch (fault.kind) {
      case 'slow':
        return this.#commitSlowly(commit, { fault, signal });
      case 'conflict':
        return { kind: 'conflict' };
      case 'lost-request':
        throw new UnknownOutcome('injected: request lost');
      case 'late-request':
        this.#commitLater(commit, fault.afterMs);
        throw new UnknownOutcome('injected: request late');
      case 'lost-acknowledgement':
        await this.#inner.commit(commit, signal);
        throw new UnknownOutcome('injected: answer lost');
      default:
        return this.#call(() => this.#inner.commit(commit, signal), { fault, signal });
    }
  }

  async readPartition(partition: string, signal: AbortSignal): Promise<readonly Entity[]> {
    const call = () => this.#inner.readPartition(partition, signal);
    return this.#call(call, { fault: this.#faults.next('read-partition'), signal });
  }

  async writeDetached(writes: readonly EntityWrite[], signal: AbortSignal): Promise<void> {
    const fault = this.#faults.next('write-detached');
    if (fault.kind === 'partial') {
      await this.#inner.writeDetached(writes.slice(0, Math.ceil(writes.length / 2)), signal);
      throw new StoreUnavailable('injected: batch left unfinished', { reason: 'throttled' });
    }
    return this.#call(() => this.#inner.writeDetached(writes, signal), { fault, signal });
  }

  async condemn(key: EntityKey, signal: AbortSignal): Promise<boolean> {
    const fault = this.#faults.next('condemn');
    return this.#call(() => this.#inner.condemn(key, signal), { fault, signal });
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  /** Resolves when every late request has arrived and been answered to nobody; the clock must go on for that. */
  async settled(): Promise<void> {
    await Promise.all(this.#late);
  }

  #call<Answer>(
    call: () => Promise<Answer>,
    options: { readonly fault: Fault; readonly signal: AbortSignal },
  ): Promise<Answer> {
    return callUnderFault(call, { ...options, clock: this.#clock });
  }

  /** The head some commits ago, rebuilt from its record; the present one when that has been trimmed. */
  async #earlierHead(
    head: Head,
    options: { readonly behind: number; readonly signal: AbortSignal },
  ): Promise<Head> {
    const wanted = Math.max(0, head.sequence - options.behind) as Sequence;
    if (wanted === 0) {
      return { sequence: wanted, commitId: null, committedAtMs: null, writer: null, formatVersion: 0 };
    }
    const record = await this.#inner.readRecord(wanted, options.signal);
    if (record === null) return head;
    const { sequence, commitId, committedAtMs, writer, formatVersion } = record;
    return { sequence, commitId, committedAtMs, writer, formatVersion };
  }

  async #visibleThrough(fault: Fault, signal: AbortSignal): Promise<number> {
    if (fault.kind !== 'torn') return Number.POSITIVE_INFINITY;
    const head = await this.#inner.readHead({ consistency: 'strong', signal });
    return head.sequence - fault.records;
  }

  /** A wait cut short by the signal leaves the outcome open, on either side of the act. */
  async #commitSlowly(
    commit: Commit,
    options: { readonly fault: Fault & { kind: 'slow' }; readonly signal: AbortSignal },
  ): Promise<CommitOutcome> {
    const { fault, signal } = options;
    try {
      await this.#clock.sleep(fault.beforeMs, signal);
      const outcome = await this.#inner.commit(commit, signal);
      await this.#clock.sleep(fault.afterMs, signal);
      return outcome;
    } catch (error) {
      if (signal.aborted) throw new UnknownOutcome('gave up waiting for a commit', { cause: signal.reason });
      throw error;
    }
  }

  #commitLater(commit: Commit, afterMs: number): void {
    const arrival = this.#clock
      .sleep(afterMs)
      .then(() => this.#inner.commit(commit, new AbortController().signal))
      .catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error;
      })
      .then(() => {
        this.#late.delete(arrival);
      });
    this.#late.add(arrival);
  }
}
