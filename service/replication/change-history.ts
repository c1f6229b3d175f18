import type { Clock } from '../base/clock.ts';
import { nextSequence, type Sequence } from '../base/ids.ts';
import { recordsPerPullMax } from '../base/limits.ts';
import type { Change } from '../policy/change.ts';
import type { ChangeRecord, StateStore } from '../store/state-store.ts';
import { contiguousPrefix } from './contiguous-prefix.ts';
import { within } from './deadline.ts';
import { DetachedPartsMissing } from './detached-json.ts';
import type { LiveReplica } from './live-replica.ts';
import { HistoryTrimmed, HistoryUnavailable } from './problems.ts';
import type { RecordLoader } from './record-loader.ts';
import type { ReplicationSettings } from './settings.ts';
import { isAboutStore } from './store-call.ts';

/** One commit as it is told to people and programs. */
export interface HistoryRecord {
  readonly sequence: Sequence;
  /** The writer's wall clock. */
  readonly committedAtMs: number;
  /** Replica that committed it. */
  readonly writer: string;
  readonly changes: readonly Change[];
}

export interface ChangeHistoryOptions {
  readonly store: StateStore;
  readonly live: LiveReplica;
  readonly loader: Pick<RecordLoader, 'content'>;
  readonly clock: Clock;
  readonly settings: Pick<ReplicationSettings, 'pullTimeoutMs' | 'pollIntervalMs'>;
}

/**
 * The change log, read back. Tells only what this replica has applied, in order and without a hole, so whoever was
 * told of a sequence finds it applied here. What time to live has taken is gone: HistoryTrimmed.
 */
export class ChangeHistory {
  readonly #options: ChangeHistoryOptions;
  /** Reads under way, by where they start: followers that wait for the same record share one. */
  #following = 0;
  readonly #reads = new Map<string, Promise<readonly HistoryRecord[]>>();

  constructor(options: ChangeHistoryOptions) {
    this.#options = options;
  }

  /**
   * Records from `from` on, at most `limit`; none when nothing that late is applied here. Rejects with
   * HistoryTrimmed or HistoryUnavailable.
   */
  page(from: Sequence, limit: number): Promise<readonly HistoryRecord[]> {
    const name = `${from}+${limit}`;
    const present = this.#reads.get(name);
    if (present !== undefined) return present;
    const reading = this.#read(from, limit).finally(() => this.#reads.delete(name));
    this.#reads.set(name, reading);
    return reading;
  }

  /**
   * All records from `from` on, as they are applied here; does not end before `signal` is aborted, except when this
   * replica applies no more. Waits for a store that does not answer. Rejects with HistoryTrimmed.
   */
  async *follow(from: Sequence, signal: AbortSignal): AsyncGenerator<HistoryRecord> {
    const { live, clock, settings } = this.#options;
    let next = from;
    this.#following += 1;
    try {
      while (!signal.aborted) {
        await live.waitApplied(next, signal);
        if (live.applied < next) return;
        const records = await this.#pageOrNothing(next);
        for (const record of records) yield record;
        const last = records.at(-1);
        if (last === undefined) await clock.sleep(settings.pollIntervalMs, signal);
        else next = nextSequence(last.sequence);
      }
    } finally {
      this.#following -= 1;
    }
  }

  /** How many follow at this moment. */
  get following(): number {
    return this.#following;
  }

  async #pageOrNothing(from: Sequence): Promise<readonly HistoryRecord[]> {
    try {
      return await this.page(from, recordsPerFollow);
    } catch (error) {
      if (error instanceof HistoryUnavailable) return [];
      throw error;
    }
  }

  async #read(from: Sequence, limit: number): Promise<readonly HistoryRecord[]> {
    const { live, store, clock, settings } = this.#options;
    const { applied } = live;
    if (from > applied) return [];
    const after = Math.max(0, from - 1) as Sequence;
    const call = { clock, durationMs: settings.pullTimeoutMs, signal: neverAborted };
    try {
      return await within(call, async (signal) => {
        const given = { after, limit: Math.min(limit, recordsPerPullMax, applied - after), signal };
        const records = contiguousPrefix(after, await store.readRecords(given));
        // It was applied here, so it is not just invisible yet.
        if (records.length === 0) throw new HistoryTrimmed(from);
        return Promise.all(records.map((record) => this.#told(record, signal)));
      });
    } catch (error) {
      if (error instanceof DetachedPartsMissing) throw new HistoryTrimmed(from);
      if (isAboutStore(error)) throw new HistoryUnavailable('the store does not answer', { cause: error });
      throw error;
    }
  }

  async #told(record: ChangeRecord, signal: AbortSignal): Promise<HistoryRecord> {
    const { sequence, committedAtMs, writer } = record;
    const content = await this.#options.loader.content(record, signal);
    if (content.kind !== 'changes') throw new HistoryUnavailable(`record ${sequence} is not understood here`);
    return { sequence, committedAtMs, writer, changes: content.changes };
  }
}

/** Few, so that one follower does not hold much; it reads again when it has told them. */
const recordsPerFollow = 50;

const neverAborted = new AbortController().signal;
