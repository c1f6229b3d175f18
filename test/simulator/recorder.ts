import { type CommittedLog, rowsObject } from './committed-log.ts';
import type { Action, HistoryEvent, Outcome } from './history.ts';
import { checkLinearizable } from './linearizability.ts';
import { policyStep, rowsStep } from './policy-model.ts';
import type { Trace } from './trace.ts';

/** A read as a client got it. */
export interface ReadAnswer {
  readonly object: string;
  readonly state: string;
  readonly applied: number;
  readonly stale: boolean;
}

/** What was promised about a read. */
export interface ReadPromise {
  /** Sequence that it had to be at least as new as. */
  readonly atLeast: number;
  readonly why: string;
  /** Also when the answer is marked stale. */
  readonly always: boolean;
}

/** Writes down what clients did and were told, and holds it against what was promised. */
export class Recorder {
  readonly wrong: string[] = [];
  readonly events: HistoryEvent[] = [];
  /** Texts of the rules by name. */
  readonly texts = new Map<string, string>();
  /** Newest sequence that any client was told of by a write or a linearizable read. */
  freshest = 0;
  undecided = 0;
  readonly #log: CommittedLog;
  readonly #trace: Trace;
  #moments = 0;

  constructor(log: CommittedLog, trace: Trace) {
    this.#log = log;
    this.#trace = trace;
  }

  /** A moment of its own, later than all before. */
  moment(): number {
    this.#moments += 1;
    return this.#moments;
  }

  fail(what: string): void {
    this.#trace.line('WRONG', what);
    this.wrong.push(what);
  }

  event(event: Omit<HistoryEvent, 'returned'>): void {
    const open = event.outcome.kind === 'unknown';
    this.events.push({ ...event, returned: open ? null : this.moment() });
  }

  /** Every answer, of whatever consistency, shows the objects as they were at one sequence. */
  checkRead(id: string, answer: ReadAnswer, promised: ReadPromise): void {
    const { object, state, applied, stale } = answer;
    const truth = this.#log.stateAt(object, applied);
    if (truth !== state) {
      this.fail(`${id}: ${object} was shown as ${state} at sequence ${applied}, where it was ${truth}`);
    }
    if ((promised.always || !stale) && applied < promised.atLeast) {
      this.fail(`${id}: read at sequence ${applied}, but ${promised.why} ${promised.atLeast}`);
    }
  }

  /** At the end: the log, each operation against the log, each object's history against its model. */
  checkAll(): void {
    for (const wrong of this.#log.wrong) this.fail(wrong);
    for (const event of this.events) this.#checkAgainstLog(event);
    const step = policyStep(this.texts);
    for (const object of new Set(this.events.map((event) => event.object))) {
      const history = this.events.filter((event) => event.object === object);
      const verdict = checkLinearizable(history, {
        initial: '-',
        step: object === rowsObject ? rowsStep : step,
        configurationsMax: 60_000,
      });
      if (verdict.kind === 'undecided') this.undecided += 1;
      if (verdict.kind === 'not-linearizable') this.fail(`${object} is not linearizable: ${verdict.reason}`);
    }
  }

  #checkAgainstLog({ id, action, outcome }: HistoryEvent): void {
    const name = nameMade(action);
    if (name === null) return;
    const times = this.#log.sequencesOf(name).length;
    if (times > 1) this.fail(`${id} (${action.kind} ${name}) was committed ${times} times`);
    if (outcome.kind === 'done' && times === 0) this.fail(`${id} was acknowledged and is lost`);
    if ((outcome.kind === 'not-done' || outcome.kind === 'refused') && times > 0) {
      this.fail(`${id} was answered ${said(outcome)}, and was committed`);
    }
  }
}

function nameMade(action: Action): string | null {
  if (action.kind === 'create') return action.policy;
  if (action.kind === 'insert') return action.rule;
  return action.kind === 'replace' ? action.rows : null;
}

function said(outcome: Outcome): string {
  return outcome.kind === 'refused' ? outcome.code : outcome.kind;
}
