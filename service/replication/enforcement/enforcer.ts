import { setMaxListeners } from 'node:events';
import type { Clock } from '../../base/clock.ts';
import { executionDetailLengthMax, executionStepsMax } from '../../base/limits.ts';
import type { Logger } from '../../base/logger.ts';
import { Problem } from '../../base/problem.ts';
import type { Random } from '../../base/random.ts';
import type { EnforcementMode, Execution } from '../../policy/executions.ts';
import type { ExecuteTable } from '../../policy/table-index.ts';
import { type ExecutionStep, stepExecutions } from '../../policy/writes/step-executions.ts';
import type { LeaseCondition } from '../../store/lease-store.ts';
import { fullJitterMs } from '../backoff.ts';
import type { KeptLease, LeaseKeeper } from '../lease-keeper.ts';
import type { LiveReplica } from '../live-replica.ts';
import { LeaseLost } from '../problems.ts';
import type { ReplicaPort } from '../replica-port.ts';
import {
  type ActionRetry,
  defaultRetry,
  type EnforcementInput,
  type ExecuteRows,
  planEnforcement,
} from './plan.ts';
import { RateLimit } from './rate-limit.ts';

/** Who does the sending: the data sources of this process. */
export interface ActionSender {
  /** Null when no data source offers the action. */
  retryOf(call: { readonly service: string; readonly action: string }): ActionRetry | null;
  /** Never rejects but with the reason of the signal. */
  send(execution: Execution, signal: AbortSignal): Promise<SendOutcome>;
}

/** See ActionOutcome of the drivers. */
export interface SendOutcome {
  readonly kind: 'done' | 'refused' | 'not-now' | 'unknown';
  readonly detail: string;
}

export interface EnforcerOptions {
  readonly live: Pick<LiveReplica, 'state' | 'installed' | 'onChange'>;
  readonly port: Pick<ReplicaPort, 'write' | 'awaitConsistency'>;
  readonly leases: Pick<LeaseKeeper, 'keep'>;
  readonly sender: ActionSender;
  readonly modeMax: EnforcementMode;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Name of the lease. */
const enforcementLease = 'enforcement';

const inFlightMax = 16;
/** Between two looks when nothing has changed: for retries and the rate limit. */
const tickMs = 1_000;
const backoffMaxMs = 300_000;
const chunksAtOnceMax = 8;
/** How long the end of the process waits for outcomes. */
const stopGraceMs = 5_000;

/**
 * Acts on execute tables while this replica holds the enforcement lease (ARCHITECTURE section 6).
 *
 *     acquired -> catch up with everything committed before -> plan -> commit the steps -> send -> commit outcomes
 *                                                               ^-------- on every change, and each second
 *
 * Why nothing is sent twice, and nothing lost
 * - An activation is `sent` in the ledger, by a commit that carries the lease's generation, before it is sent.
 *   Whoever lost the lease cannot make that commit, so does not send.
 * - A new holder plans only after it has applied all commits of the old one, which can make no more.
 * - What was `sent` by a holder that is gone may or may not have reached the target: it is sent again with the same
 *   id, or left to a person (plan.ts).
 * - Ledger and tables are of one sequence on one replica, so a restart finds every row already opened.
 */
export class Enforcer {
  readonly #options: EnforcerOptions;
  readonly #stopping = new AbortController();
  readonly #rate: RateLimit;
  readonly #work = new Set<Promise<void>>();
  #lease: KeptLease | null = null;
  #term: AbortController | null = null;
  #wakeUp = new AbortController();

  constructor(options: EnforcerOptions) {
    this.#options = options;
    this.#rate = new RateLimit(options.clock.monotonicMs());
  }

  begin(): void {
    const { leases, live } = this.#options;
    live.onChange(() => this.#wakeUp.abort());
    this.#lease = leases.keep(enforcementLease, {
      onAcquired: () => {
        const term = new AbortController();
        // As many listeners as actions are under way; each removes its own.
        setMaxListeners(0, term.signal);
        this.#term = term;
        this.#start(this.#enforce(new Term(this.#lease, term.signal)));
      },
      onLost: () => this.#term?.abort(new LeaseLost(enforcementLease)),
    });
  }

  /** Sends nothing more, waits a little for the outcome of what is under way, and lets others take over. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the replica stops'));
    this.#wakeUp.abort();
    const timer = new AbortController();
    const waited = this.#options.clock.sleep(stopGraceMs, timer.signal).catch(() => {});
    await Promise.race([Promise.all(this.#work), waited]);
    timer.abort();
    this.#term?.abort(new LeaseLost(enforcementLease));
    await Promise.all(this.#work);
    await this.#lease?.release();
  }

  async #enforce(term: Term): Promise<void> {
    const { logger } = this.#options;
    if (!(await this.#caughtUp(term))) return;
    let told = '';
    while (term.isOn() && !this.#stopping.signal.aborted) {
      this.#wakeUp = new AbortController();
      try {
        await this.#step(term);
        told = '';
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (term.isOn() && told !== error.message) logger.warn('enforcement waits', { error: error.message });
        told = error.message;
        this.#wakeUp = new AbortController();
      }
      await this.#rest(term);
    }
  }

  /** Everything that former holders have committed is applied here. False when the lease was lost before. */
  async #caughtUp(term: Term): Promise<boolean> {
    while (term.isOn()) {
      try {
        await this.#options.port.awaitConsistency({ kind: 'linearizable', explicit: true }, term.signal);
        return term.isOn();
      } catch (error) {
        if (!(error instanceof Problem) && !term.signal.aborted) throw error;
        await this.#options.clock.sleep(tickMs / 4, term.signal).catch(() => {});
      }
    }
    return false;
  }

  async #step(term: Term): Promise<void> {
    const steps = planEnforcement(this.#input(term));
    const chunks = Array.from({ length: Math.ceil(steps.length / executionStepsMax) }, (_, index) =>
      steps.slice(index * executionStepsMax, (index + 1) * executionStepsMax),
    );
    for (let start = 0; start < chunks.length && term.isOn(); start += chunksAtOnceMax) {
      const made = chunks.slice(start, start + chunksAtOnceMax).map((chunk) => this.#commit(chunk, term));
      const outcomes = await Promise.allSettled(made);
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    }
  }

  /** Makes the steps, and sends what they made `sent`. */
  async #commit(steps: readonly ExecutionStep[], term: Term): Promise<void> {
    const made = await this.#write(steps, term);
    for (const [index, step] of steps.entries()) {
      const id = made[index] === true ? sentBy(step) : null;
      const execution = id === null ? undefined : this.#options.live.state.catalog.executions.byId(id);
      if (execution === undefined) continue;
      this.#rate.take(1);
      term.inFlight.add(execution.id);
      this.#start(this.#send(execution, term));
    }
  }

  async #write(steps: readonly ExecutionStep[], term: Term): Promise<readonly boolean[]> {
    const lease = term.condition();
    if (lease === null) throw new LeaseLost(enforcementLease);
    const { result } = await this.#options.port.write(stepExecutions(steps), { signal: term.signal, lease });
    return result;
  }

  async #send(execution: Execution, term: Term): Promise<void> {
    const { sender, logger } = this.#options;
    const { id, service, action } = execution;
    try {
      if (!term.isOn()) return;
      const outcome = await sender.send(execution, term.signal);
      logger.info('action sent', { execution: id, service, action, outcome: outcome.kind });
      await this.#record(execution, outcome, term);
    } catch (error) {
      // Whoever holds the lease next finds it `sent`.
      if (!term.signal.aborted && !(error instanceof LeaseLost)) throw error;
    } finally {
      term.inFlight.delete(id);
      this.#wakeUp.abort();
    }
  }

  /** Until it is in the ledger, or the lease is lost. */
  async #record(execution: Execution, outcome: SendOutcome, term: Term): Promise<void> {
    const { clock, random, live } = this.#options;
    for (let failures = 0; term.isOn(); failures += 1) {
      const now = live.state.catalog.executions.byId(execution.id) ?? execution;
      try {
        await this.#write([this.#outcomeStep(now, outcome, term)], term);
        return;
      } catch (error) {
        if (error instanceof LeaseLost || !(error instanceof Problem)) throw error;
        await clock.sleep(1 + fullJitterMs({ minMs: 50, maxMs: 2_000 }, failures, random), term.signal);
      }
    }
  }

  #outcomeStep(execution: Execution, { kind, detail }: SendOutcome, term: Term): ExecutionStep {
    const { clock, random, sender } = this.#options;
    const { id, attempts, delivery, closed, policy } = execution;
    const { attemptsMax, backoffMs } = sender.retryOf(execution) ?? defaultRetry;
    const step = (state: Execution['state'], text = detail): ExecutionStep => ({
      kind: 'move',
      id,
      from: 'sent',
      attempts,
      to: { state, detail: text.slice(0, executionDetailLengthMax) },
      changedAtMs: Math.round(clock.nowMs()),
    });
    if (kind === 'done') return step('done');
    if (kind === 'refused') return step('failed');
    if (kind === 'unknown' && delivery === 'at-most-once') return step('unknown');
    if (attempts >= attemptsMax) return step('failed', `${detail}; given up after ${attempts} attempts`);
    if (closed && policy !== null) return step('failed', `${detail}; its row has left the table`);
    const waitMs = fullJitterMs({ minMs: backoffMs, maxMs: backoffMaxMs }, attempts - 1, random);
    term.notBefore.set(id, clock.monotonicMs() + waitMs);
    return step('pending');
  }

  #input(term: Term): EnforcementInput {
    const { live, sender, modeMax, clock, random } = this.#options;
    const { catalog, engine, unknown } = live.state;
    const nowMs = clock.monotonicMs();
    const tables = catalog.executeTables().map((table): ExecuteRows => {
      const relation = {
        policy: table.policy,
        table: tableName(table),
        arity: table.arity,
        modal: 'execute' as const,
      };
      return {
        table,
        certain: !unknown.isUncertain(table.policy, relation.table),
        rows: engine.rows(relation),
      };
    });
    const room = inFlightMax - term.inFlight.size;
    const tokens = this.#rate.available(catalog.executions.settings().perMinuteMax, nowMs);
    return {
      modeMax,
      ledger: catalog.executions,
      tables,
      retryOf: (call) => sender.retryOf(call),
      inFlight: term.inFlight,
      isDue: (id) => (term.notBefore.get(id) ?? 0) <= nowMs,
      sendMax: Math.max(0, Math.min(room, tokens)),
      newId: () => random.uuid(),
      nowMs: Math.round(clock.nowMs()),
    };
  }

  async #rest(term: Term): Promise<void> {
    const wake = this.#wakeUp;
    const stop = (): void => wake.abort();
    term.signal.addEventListener('abort', stop, { once: true });
    await this.#options.clock.sleep(tickMs, wake.signal).catch(() => {});
    term.signal.removeEventListener('abort', stop);
  }

  #start(work: Promise<void>): void {
    const running: Promise<void> = work.finally(() => this.#work.delete(running));
    this.#work.add(running);
  }
}

/** From taking the lease to losing it. */
class Term {
  readonly signal: AbortSignal;
  readonly inFlight = new Set<string>();
  /** When something may be sent again, monotonic. */
  readonly notBefore = new Map<string, number>();
  readonly #lease: KeptLease | null;

  constructor(lease: KeptLease | null, signal: AbortSignal) {
    this.#lease = lease;
    this.signal = signal;
  }

  isOn(): boolean {
    return !this.signal.aborted && this.#lease?.isHeld() === true;
  }

  condition(): LeaseCondition | null {
    return this.signal.aborted ? null : (this.#lease?.condition() ?? null);
  }
}

/** Of what is to be sent once the step is made. */
function sentBy(step: ExecutionStep): string | null {
  if (step.kind === 'open') return step.execution.state === 'sent' ? step.execution.id : null;
  return step.to.state === 'sent' ? step.id : null;
}

/** As the engine names the relation of an execute head. */
function tableName({ policy, service, action }: ExecuteTable): string {
  return service === policy ? action : `${service}:${action}`;
}
