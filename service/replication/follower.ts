import type { Clock } from '../base/clock.ts';
import type { Sequence } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { noLongerNeeded } from '../base/no-longer-needed.ts';
import { Problem } from '../base/problem.ts';
import type { Random } from '../base/random.ts';
import { RowChunksMissing } from '../store/problems.ts';
import type { StateStore } from '../store/state-store.ts';
import { fullJitterMs } from './backoff.ts';
import type { Bootstrap, Loaded } from './bootstrap.ts';
import { contiguousPrefix } from './contiguous-prefix.ts';
import { DeadlinePassed } from './deadline.ts';
import { DetachedPartsMissing } from './detached-json.ts';
import type { LiveReplica } from './live-replica.ts';
import type { ReplicationMetrics } from './metrics.ts';
import type { RecordLoader } from './record-loader.ts';
import type { ReplicationSettings } from './settings.ts';
import type { SnapshotHeader } from './snapshot-file.ts';
import type { SnapshotStart } from './snapshot-start.ts';
import { isAboutStore, readStore, type StoreCall } from './store-call.ts';
import type { StoreContact } from './store-contact.ts';

export interface FollowerOptions {
  readonly store: StateStore;
  readonly live: LiveReplica;
  readonly loader: RecordLoader;
  readonly bootstrap: Bootstrap;
  /** Null when nothing is kept on this host. */
  readonly snapshot: Pick<SnapshotStart, 'load' | 'isOfThisLog'> | null;
  /** Told what was loaded from the store and is live now. */
  readonly onLoaded: (loaded: Loaded) => void;
  readonly contact: StoreContact;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: ReplicationMetrics;
  readonly settings: ReplicationSettings;
  /** Aborted when the replica stops. */
  readonly signal: AbortSignal;
}

/**
 * Keeps the replica up to date: looks at the head at its own pace, and while the head is ahead reads the
 * records after the applied one and applies them.
 *
 * Invariants
 * - Only a contiguous prefix is applied, and nothing beyond a head that somebody here has read: a record may be
 *   visible before its head, and whoever shows it lets a later linearizable read elsewhere go back before it.
 *   A hole at its start means "not visible yet": read again, soon; when
 *   it stays, the log was trimmed and everything is loaded anew, beside the live state.
 * - A head that goes back (an eventually consistent read may) is ignored.
 * - While the store counts as away its polls are strongly consistent, and one that succeeds ends the outage.
 *   So a fleet asks a store that is down at the same constant rate as one that is up.
 */
export class Follower {
  readonly #options: FollowerOptions;
  #knownHead = 0 as Sequence;
  #nextPollMs = 0;
  #gapReads = 0;
  #reload = true;
  #lastFailure: string | null = null;
  #served: SnapshotHeader | null = null;
  #isOtherLog = false;
  #wakeUp = new AbortController();

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** The newest head that anybody here has heard of. */
  get knownHead(): Sequence {
    return this.#knownHead;
  }

  /** Why nothing could be loaded or followed the last time; null when all went well. */
  get lastFailure(): string | null {
    return this.#lastFailure;
  }

  /** Somebody saw this head: catch up now, not at the next poll. */
  noteHead(sequence: Sequence): void {
    if (sequence <= this.#knownHead) return;
    this.#knownHead = sequence;
    if (sequence > this.#options.live.applied) this.#wakeUp.abort(noLongerNeeded);
  }

  /** Loads everything anew, beside what is live. */
  reload(reason: string): void {
    if (this.#reload) return;
    this.#loadAgain(reason);
    this.#nextPollMs = this.#options.clock.monotonicMs();
    this.#wakeUp.abort();
  }

  /** Runs until `signal` is aborted. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      this.#wakeUp = new AbortController();
      try {
        await this.#step();
        this.#lastFailure = null;
      } catch (error) {
        if (signal.aborted) return;
        this.#noteFailure(error);
        await this.#serveSnapshot(error);
      }
      await this.#rest();
    }
  }

  async #step(): Promise<void> {
    const { clock, live, signal } = this.#options;
    if (this.#reload) return this.#load();
    if (this.#served !== null) return this.#confirm(this.#served);
    if (clock.monotonicMs() >= this.#nextPollMs) await this.#poll();
    while (this.#knownHead > live.applied && live.standstill === null && !signal.aborted && !this.#reload) {
      await this.#pull();
    }
  }

  async #poll(): Promise<void> {
    const { store, contact, live, metrics, settings } = this.#options;
    this.#planPoll();
    const consistency = contact.away ? 'strong' : 'eventual';
    const head = await readStore(this.#call(settings.storeTimeoutMs, consistency), (signal) =>
      store.readHead({ consistency, signal }),
    );
    this.noteHead(head.sequence);
    live.noteFormatVersion(head.formatVersion);
    metrics.lagObserved({
      records: Math.max(0, this.#knownHead - live.applied),
      stalenessMs: contact.stalenessMs(),
    });
  }

  async #pull(): Promise<void> {
    const { store, live, loader, settings, metrics, signal } = this.#options;
    const after = live.applied;
    const records = await readStore(this.#call(settings.pullTimeoutMs, 'strong'), (inner) =>
      store.readRecords({ after, limit: settings.recordsPerPullMax, signal: inner }),
    );
    const prefix = contiguousPrefix(after, records).filter(({ sequence }) => sequence <= this.#knownHead);
    metrics.pulled({ records: prefix.length, gap: prefix.length < records.length || records.length === 0 });
    if (prefix.length === 0) return this.#waitForGap(after);
    for (const { formatVersion } of prefix) live.noteFormatVersion(formatVersion);
    this.#gapReads = 0;
    try {
      const batch = await this.#noting(() => loader.prepare(prefix, signal));
      live.applyRecords(batch.records, batch.rowsOf);
    } catch (error) {
      if (!(error instanceof RowChunksMissing) && !(error instanceof DetachedPartsMissing)) throw error;
      this.#loadAgain(error.message);
    }
  }

  async #waitForGap(after: Sequence): Promise<void> {
    const { live, clock, random, settings, signal } = this.#options;
    if (live.applied > after) return;
    this.#gapReads += 1;
    if (this.#gapReads > settings.gapReadsMax) return this.#loadAgain('the change log was trimmed');
    const backoff = { minMs: settings.backoffMinMs, maxMs: settings.backoffMaxMs };
    await clock.sleep(1 + fullJitterMs(backoff, this.#gapReads - 1, random), signal);
  }

  #loadAgain(reason: string): void {
    this.#gapReads = 0;
    this.#reload = true;
    this.#options.logger.warn('everything is loaded again', { reason });
  }

  async #load(): Promise<void> {
    const { bootstrap, live, contact, clock, logger, metrics, signal } = this.#options;
    this.#planPoll();
    const startedMs = clock.monotonicMs();
    const loaded = await this.#noting(() =>
      bootstrap.load((head) => {
        if (this.#served === null) contact.succeeded(startedMs, 'strong');
        this.noteHead(head.sequence);
        live.noteFormatVersion(head.formatVersion);
      }, signal),
    );
    const { state } = loaded;
    const taken = live.install(state, { evenOlder: this.#isOtherLog });
    if (taken) this.#options.onLoaded(loaded);
    contact.succeeded(startedMs, 'strong');
    this.#reload = false;
    this.#served = null;
    this.#isOtherLog = false;
    const durationMs = clock.monotonicMs() - startedMs;
    metrics.loaded({ durationMs });
    logger.info('loaded the catalog', { sequence: state.sequence, durationMs, taken });
    // What was committed while loading is followed at once.
    this.#nextPollMs = clock.monotonicMs();
    this.#wakeUp.abort(noLongerNeeded);
  }

  /**
   * The store was away at the start and a snapshot is served: before the store is followed from there, it must show
   * that the snapshot is of its log. Until then it counts as away, and everything is answered marked stale.
   */
  async #confirm(served: SnapshotHeader): Promise<void> {
    const { snapshot, contact, clock, logger } = this.#options;
    this.#planPoll();
    const startedMs = clock.monotonicMs();
    const verdict = (await snapshot?.isOfThisLog(served)) ?? 'unclear';
    if (verdict === 'yes') {
      this.#served = null;
      contact.succeeded(startedMs, 'strong');
      logger.info('the store is back; following on from the snapshot', { sequence: served.sequence });
      this.#nextPollMs = clock.monotonicMs();
      return;
    }
    this.#isOtherLog = verdict === 'no';
    this.reload(
      verdict === 'no' ? 'the snapshot is of another log' : 'the log does not reach back to the snapshot',
    );
  }

  /** The store is away and nothing was ever loaded: what this host kept, if it may be served. */
  async #serveSnapshot(reason: unknown): Promise<void> {
    const { snapshot, live, contact, signal } = this.#options;
    if (snapshot === null || live.installed || !isAboutStore(reason)) return;
    const found = await snapshot.load(signal);
    if (found === null || live.installed) return;
    live.noteFormatVersion(found.header.formatVersion);
    contact.awaySince(found.ageMs, reason);
    live.install(found.state);
    this.#served = found.header;
    this.#reload = false;
  }

  /** A load has no deadline of its own, but what it says about the store counts. */
  async #noting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isAboutStore(error)) this.#options.contact.failed(error);
      throw error;
    }
  }

  #noteFailure(error: unknown): void {
    const expected =
      error instanceof Problem || error instanceof DeadlinePassed || error instanceof DetachedPartsMissing;
    // While loading, what is stored may be damaged: that must not bring the process down, but be said.
    if (!expected && !this.#reload) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#lastFailure !== message) this.#options.logger.warn('following failed', { error: message });
    this.#lastFailure = message;
    const { contact, clock, random, settings } = this.#options;
    // Whoever wakes the loop, a failed step waits: until the next poll, or a little when it may be a hiccup.
    this.#wakeUp = new AbortController();
    const soonMs = clock.monotonicMs() + 1 + random.next() * settings.backoffMaxMs;
    if (!contact.away && !this.#reload) this.#nextPollMs = Math.min(this.#nextPollMs, soonMs);
  }

  /** At a constant rate; the jitter moves the single poll, not the schedule. */
  #planPoll(): void {
    const { clock, random, settings } = this.#options;
    const jitter = 0.9 + 0.2 * random.next();
    this.#nextPollMs = clock.monotonicMs() + settings.pollIntervalMs * jitter;
  }

  async #rest(): Promise<void> {
    const { clock, signal } = this.#options;
    const waitMs = this.#nextPollMs - clock.monotonicMs();
    if (waitMs <= 0 || signal.aborted) return;
    const stop = (): void => this.#wakeUp.abort(noLongerNeeded);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await clock.sleep(waitMs, this.#wakeUp.signal);
    } catch {
      // Woken.
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #call(durationMs: number, consistency: 'strong' | 'eventual'): StoreCall {
    const { clock, contact, signal } = this.#options;
    return { clock, contact, durationMs, signal, consistency };
  }
}
