import type { Clock } from '../base/clock.ts';
import type { CommitId, ReplicaId } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import { commitBytesMax } from '../base/limits.ts';
import type { Logger } from '../base/logger.ts';
import { noLongerNeeded } from '../base/no-longer-needed.ts';
import { Problem } from '../base/problem.ts';
import type { Random } from '../base/random.ts';
import type { Change } from '../policy/change.ts';
import type { Write } from '../policy/write.ts';
import type { Commit } from '../store/state-store.ts';
import { assembleCommit } from './assemble-commit.ts';
import type { Background } from './background.ts';
import { type Backoff, fullJitterMs } from './backoff.ts';
import { splitWrites } from './bulk-changes.ts';
import { type BulkPreparation, bulkText } from './bulk-preparation.ts';
import type { Cleanup } from './cleanup.ts';
import type { CommitAttempt, CommitEnd } from './commit-attempt.ts';
import { DeadlinePassed } from './deadline.ts';
import type { Follower } from './follower.ts';
import { type GroupPlan, planGroup, type Verdict } from './group-plan.ts';
import type { HeadSource } from './head-reader.ts';
import type { LiveReplica } from './live-replica.ts';
import type { ReplicationMetrics } from './metrics.ts';
import { oldestEntries } from './oldest-entries.ts';
import { LeaseLost, WriteNotCommitted, WriteQueueFull, WriteTooLarge } from './problems.ts';
import type { RecordLoader } from './record-loader.ts';
import type { WriteOutcome } from './replica-port.ts';
import type { ReplicationSettings } from './settings.ts';
import type { StoreContact } from './store-contact.ts';
import { TurnTaking } from './turn-taking.ts';
import { type SubmitOptions, WaitingWrite } from './waiting-write.ts';
import type { WriteAnswers } from './write-answers.ts';

const resultBytesMax = 32 * 1024;
const conflictsUntilPatient = 16;

export interface CommitterOptions {
  readonly replicaId: ReplicaId;
  readonly live: LiveReplica;
  readonly follower: Pick<Follower, 'knownHead' | 'noteHead'>;
  readonly heads: HeadSource;
  readonly attempt: Pick<CommitAttempt, 'make'>;
  readonly bulk: BulkPreparation;
  readonly answers: WriteAnswers;
  readonly loader: Pick<RecordLoader, 'rowsAtHand'>;
  readonly cleanup: Cleanup;
  readonly background: Background;
  readonly contact: StoreContact;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: ReplicationMetrics;
  readonly settings: ReplicationSettings;
}

/**
 * The only writer of this replica: writes wait in a queue, and while one transaction is under way the next
 * group gathers.
 *
 *     queue -> plan a group at applied + 1 -> commit on condition that the head is `applied`
 *                  ^                             | committed: apply it here, answer everybody in the group
 *                  |---- catch up, back off <----| conflict: plan again, against what the others did
 *
 * Invariants
 * - A write is committed at N only as planned on the catalog at exactly N - 1 with the writes before it.
 * - One commit at a time; a commit of unknown outcome is resolved before the next, or until its callers have
 *   been told that it is unknown. After that the condition on the head still keeps two from taking one place.
 * - A refusal is answered only when the catalog it was judged on was the head at some moment after the request
 *   came: because the group it was in was committed, or because a head read since then was reached.
 */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #turns: TurnTaking;
  #queue: WaitingWrite[] = [];
  #beside = 0;
  #conflicts = 0;
  #stopping = false;
  #wake: () => void = () => {};

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#turns = new TurnTaking(options.clock, options.random);
  }

  /** See ReplicaPort.write. */
  async submit<Result extends Json>(
    write: Write<Result>,
    options: SubmitOptions,
  ): Promise<WriteOutcome<Result>> {
    const { settings, clock } = this.#options;
    if (this.#stopping) throw new WriteNotCommitted('this replica is stopping');
    if (this.#queue.length + this.#beside >= settings.queuedWritesMax) {
      throw new WriteQueueFull(settings.queuedWritesMax);
    }
    const waiting = new WaitingWrite({ write, options, clock, deadlineMs: settings.writeDeadlineMs });
    this.#queue.push(waiting);
    this.#wake();
    return (await waiting.outcome) as WriteOutcome<Result>;
  }

  /** Runs until `stop` and until every write that was taken has its answer. */
  async run(): Promise<void> {
    while (!this.#stopping || this.#queue.length + this.#beside > 0) {
      this.#dropSettled();
      if (this.#queue.length > 0) await this.#round();
      else if (!this.#stopping || this.#beside > 0) await this.#untilWoken();
    }
  }

  /** No more writes are taken. */
  stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  async #round(): Promise<void> {
    const { live, follower, metrics } = this.#options;
    const refusal = this.#unableToWrite();
    if (refusal !== null) {
      for (const waiting of this.#queue.splice(0)) this.#options.answers.fail(waiting, refusal);
      return;
    }
    if (follower.knownHead > live.applied) {
      this.#turns.othersAreThere();
      return this.#catchUp();
    }
    metrics.queueObserved(this.#queue.length);
    const plan = this.#plan();
    this.#queue.splice(0, plan.verdicts.length);
    if (!plan.verdicts.some(({ kind }) => kind === 'accepted'))
      return this.#judgeWithoutCommit(plan.verdicts);
    if (plan.bulk && !this.#isPrepared(plan)) return this.#prepare(plan);
    await this.#commit(plan);
  }

  #unableToWrite(): WriteNotCommitted | null {
    const { live, contact } = this.#options;
    if (!live.installed) return new WriteNotCommitted('this replica has not loaded the catalog yet');
    if (live.standstill !== null) return new WriteNotCommitted('this replica cannot apply any more changes');
    if (contact.away) return new WriteNotCommitted(contact.problem().message, { cause: contact.problem() });
    return null;
  }

  /** At most a short while, so that what happens meanwhile (deadlines, the store going away) is seen. */
  async #catchUp(): Promise<void> {
    const { live, follower, clock, settings } = this.#options;
    const timer = new AbortController();
    const reached = live.waitApplied(follower.knownHead, timer.signal).catch(() => {});
    await Promise.race([reached, clock.sleep(settings.backoffMaxMs, timer.signal).catch(() => {})]);
    timer.abort(noLongerNeeded);
  }

  #plan(): GroupPlan {
    const { live, clock, settings } = this.#options;
    const nowMs = clock.nowMs();
    const { catalog } = live.state;
    return planGroup({
      catalog,
      applied: live.applied,
      nowMs,
      waiting: this.#queue,
      forgettable: this.#queue.some(({ idempotency }) => idempotency !== undefined)
        ? oldestEntries(catalog.idempotencyEntries(), nowMs - settings.idempotencyTtlMs)
        : [],
      limits: { ...settings, commitBytesMax, resultBytesMax },
    });
  }

  /** Nothing to commit: refusals and repeated requests still have to be judged on a current catalog. */
  #judgeWithoutCommit(verdicts: readonly Verdict[]): void {
    const { live, heads, follower, background } = this.#options;
    const early: WaitingWrite[] = [];
    for (const verdict of verdicts) {
      const { judgedAt } = verdict.waiting;
      const current = judgedAt !== null && live.applied >= judgedAt;
      // What was committed under this key stays committed, however far behind this replica is.
      if (current || verdict.kind === 'replayed') this.#options.answers.deliver(verdict, live.applied);
      else early.push(verdict.waiting);
    }
    if (early.length === 0) return;
    this.#beside += early.length;
    background.start('judging refusals', async () => {
      try {
        const { sequence } = await heads.read();
        follower.noteHead(sequence);
        for (const waiting of early) waiting.judgedAt = sequence;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        for (const waiting of early)
          this.#options.answers.fail(waiting, new WriteNotCommitted(error.message, { cause: error }));
      } finally {
        this.#beside -= early.length;
        this.#putBack(early);
      }
    });
  }

  #isPrepared({ verdicts, changes, sequence }: GroupPlan): boolean {
    const bulk = verdicts.find(({ kind }) => kind === 'accepted')?.waiting.bulk ?? null;
    return bulk !== null && bulk.text === bulkText(changes, sequence);
  }

  #prepare({ verdicts, changes, sequence }: GroupPlan): void {
    const { settings, bulk, background } = this.#options;
    const writer = verdicts.find(({ kind }) => kind === 'accepted')?.waiting;
    if (writer === undefined) return;
    const size = splitWrites(changes, sequence).inCommit.length;
    if (size > settings.writesPerCommitMax) {
      const problem = new WriteTooLarge('a transaction', { size, sizeMax: settings.writesPerCommitMax });
      this.#options.answers.fail(writer, problem);
    } else {
      // What an earlier plan left beside is overwritten, or expires with the log.
      if (writer.bulk === null) writer.setDeadline(settings.bulkWriteDeadlineMs);
      this.#beside += 1;
      background.start('preparing a large write', async () => {
        try {
          writer.bulk = await bulk.prepare(changes, sequence, writer.bulk);
        } catch (error) {
          if (!(error instanceof Problem) && !(error instanceof DeadlinePassed)) throw error;
          this.#options.answers.fail(
            writer,
            new WriteNotCommitted('the store does not answer', { cause: error }),
          );
        } finally {
          this.#beside -= 1;
          this.#putBack([writer]);
        }
      });
    }
    this.#judgeWithoutCommit(verdicts.filter(({ kind }) => kind !== 'accepted'));
  }

  async #commit(plan: GroupPlan): Promise<void> {
    const { attempt, clock, random, replicaId, metrics, logger, settings, live } = this.#options;
    const accepted = plan.verdicts.filter(({ kind }) => kind === 'accepted').map(({ waiting }) => waiting);
    const { commit, changes, after, superseded } = assembleCommit(plan, {
      commitId: random.uuid() as CommitId,
      writer: replicaId,
      bulk: accepted[0]?.bulk ?? null,
      claims: accepted.flatMap(({ claims }) => claims),
      // Never back: whoever loads the entities sees in the head what they may hold.
      formatVersion: Math.max(settings.formatVersionWritten, live.formatVersion),
    });
    for (const waiting of accepted) waiting.inFlight = true;
    const startedMs = clock.monotonicMs();
    const giveUpAtMs = Math.max(...accepted.map(({ deadlineMs }) => deadlineMs));
    const end = await this.#checkConflict(await attempt.make(commit, giveUpAtMs), commit);
    const outcome = end.kind === 'not-made' ? 'not-committed' : end.kind;
    metrics.commitEnded({
      outcome,
      durationMs: clock.monotonicMs() - startedMs,
      groupSize: accepted.length,
    });
    if (end.kind === 'committed') {
      this.#conflicts = 0;
      this.#applyHere(commit, changes);
      for (const verdict of plan.verdicts) this.#options.answers.deliver(verdict, commit.record.sequence);
      this.#options.cleanup.afterCommit(superseded, after);
      const roomMs = this.#turns.pauseAfterMs(clock.monotonicMs() - startedMs);
      if (roomMs > 0) await clock.sleep(roomMs);
      return;
    }
    if (end.kind === 'conflict') this.#turns.othersAreThere();
    if (end.kind === 'unknown') {
      const { sequence, commitId } = commit.record;
      logger.warn('the outcome of a commit is unknown', { sequence, commitId });
      for (const waiting of accepted) waiting.giveUp();
    }
    for (const waiting of accepted) waiting.inFlight = false;
    if (end.kind === 'fenced') this.#failFenced(accepted, end);
    if (end.kind === 'not-made' && end.cause.kind === 'exhausted') {
      for (const waiting of accepted) this.#options.answers.fail(waiting, end.cause);
    }
    this.#putBack(plan.verdicts.map(({ waiting }) => waiting));
    await clock.sleep(fullJitterMs(this.#backoff(), this.#conflicts, random));
    this.#conflicts += 1;
    // What was known before the pause is old: planned on it, the next commit would meet the next conflict.
    if (end.kind === 'conflict') await this.#learnHead();
  }

  /** False when the store does not say. */
  async #learnHead(): Promise<boolean> {
    const { heads, follower, live } = this.#options;
    try {
      follower.noteHead((await heads.read()).sequence);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return false;
    }
    if (follower.knownHead > live.applied) await this.#catchUp();
    return true;
  }

  /**
   * After a conflict: where the head is now, so that the next plan starts there. And a last look whether it
   * was our own commit that took the place: then it is a success, whatever the store called it.
   */
  async #checkConflict(end: CommitEnd, { record }: Commit): Promise<CommitEnd> {
    if (end.kind !== 'conflict') return end;
    const { live } = this.#options;
    if (!(await this.#learnHead())) return end;
    return live.commitIdAt(record.sequence) === record.commitId ? { kind: 'committed' } : end;
  }

  /** Those who depend on what is lost fail alone; the others of the group are planned again. */
  #failFenced(accepted: readonly WaitingWrite[], lost: CommitEnd & { kind: 'fenced' }): void {
    const collected = new Set(lost.claims.map(({ id }) => id));
    for (const waiting of accepted) {
      const name = waiting.lease?.name;
      if (name !== undefined && lost.leases.includes(name)) {
        this.#options.answers.fail(waiting, new LeaseLost(name));
      } else if (waiting.claims.some(({ id }) => collected.has(id))) {
        const problem = new WriteNotCommitted('what was prepared for the write was not used for too long');
        this.#options.answers.fail(waiting, problem);
      }
    }
  }

  /** Before anybody is answered, so that those who wrote read it here at once. */
  #applyHere({ record }: Commit, changes: readonly Change[]): void {
    const { live, loader, follower } = this.#options;
    const rowsOf = loader.rowsAtHand(changes);
    if (rowsOf !== null) {
      const { sequence, commitId } = record;
      live.applyRecords([{ sequence, commitId, content: { kind: 'changes', changes } }], rowsOf);
    }
    follower.noteHead(record.sequence);
  }

  /** To the front: they were there before those who wait now. */
  #putBack(writes: readonly WaitingWrite[]): void {
    this.#queue = [...writes, ...this.#queue];
    this.#dropSettled();
    this.#wake();
  }

  #dropSettled(): void {
    for (const waiting of this.#queue)
      if (waiting.settled && !waiting.outcomeUnknown) this.#options.answers.discard(waiting);
    this.#queue = this.#queue.filter((waiting) => !waiting.settled);
  }

  #backoff(): Backoff {
    const { backoffMinMs, backoffMaxMs } = this.#options.settings;
    // Who meets nothing but conflicts is one of very many: then fewer attempts serve all better.
    const factor = this.#conflicts < conflictsUntilPatient ? 1 : 8;
    return { minMs: backoffMinMs, maxMs: backoffMaxMs * factor };
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = () => {};
        resolve();
      };
    });
  }
}
