import { executionHistoryMax } from '../../base/limits.ts';
import type { Catalog } from '../catalog.ts';
import type { Change } from '../change.ts';
import { isHistory } from '../execution-shelf.ts';
import { type Execution, type ExecutionState, executionRowKey, rowOfExecution } from '../executions.ts';
import type { PlanPosition, Write } from '../write.ts';

/** An execution before its commit gives it a place. */
type NewExecution = Omit<Execution, 'createdAt'>;

/** One step of the ledger. Each is made only if the ledger is as the step was planned for; else it is passed over. */
export type ExecutionStep =
  /** If its row, where it has one, has no open activation. */
  | { readonly kind: 'open'; readonly execution: NewExecution }
  /** If it is in state `from` after so many attempts. */
  | {
      readonly kind: 'move';
      readonly id: string;
      readonly from: ExecutionState;
      readonly attempts: number;
      readonly to: Partial<Pick<Execution, 'state' | 'closed' | 'attempts' | 'detail'>>;
      readonly changedAtMs: number;
    };

/**
 * Makes the steps that still fit, together; answers for each whether it was made. This is the condition that makes
 * two enforcers, or one that comes back, harmless: a step is decided on the ledger exactly as it is.
 */
export function stepExecutions(steps: readonly ExecutionStep[]): Write<readonly boolean[]> {
  return {
    name: 'step-executions',
    plan(catalog, at) {
      const ledger = new Scratch(catalog, at);
      const result = steps.map((step) => ledger.take(step));
      return { changes: [...ledger.changes, ...forgotten(catalog, ledger.changes.length)], result };
    },
  };
}

/** The ledger with the steps so far. */
class Scratch {
  readonly changes: Change[] = [];
  readonly #catalog: Catalog;
  readonly #at: PlanPosition;
  readonly #moved = new Map<string, Execution>();
  readonly #rows = new Map<string, boolean>();
  #opened = 0;

  constructor(catalog: Catalog, at: PlanPosition) {
    this.#catalog = catalog;
    this.#at = at;
  }

  take(step: ExecutionStep): boolean {
    return step.kind === 'open' ? this.#open(step.execution) : this.#move(step);
  }

  #open(wanted: NewExecution): boolean {
    const { executions } = this.#catalog;
    if (executions.byId(wanted.id) !== undefined || this.#moved.has(wanted.id)) return false;
    const { sequence, ordinal } = this.#at;
    const execution = { ...wanted, createdAt: { sequence, ordinal: ordinal + this.#opened } };
    const row = rowOfExecution(execution);
    if (row !== null) {
      const isOpen = this.#rows.get(executionRowKey(row)) ?? executions.openOf(row) !== undefined;
      if (isOpen) return false;
      this.#rows.set(executionRowKey(row), !execution.closed);
    }
    this.#opened += 1;
    this.#moved.set(execution.id, execution);
    this.changes.push({ kind: 'execution-opened', execution });
    return true;
  }

  #move(step: Extract<ExecutionStep, { kind: 'move' }>): boolean {
    const before = this.#moved.get(step.id) ?? this.#catalog.executions.byId(step.id);
    if (before === undefined || before.state !== step.from || before.attempts !== step.attempts) return false;
    const execution = { ...before, ...step.to, changedAtMs: step.changedAtMs };
    // Closed stays closed: the row that enters again is another activation.
    if (before.closed && !execution.closed) return false;
    const row = rowOfExecution(execution);
    if (row !== null && execution.closed && !before.closed) this.#rows.set(executionRowKey(row), false);
    this.#moved.set(execution.id, execution);
    this.changes.push({ kind: 'execution-changed', execution, before });
    return true;
  }
}

/** Looked at from the oldest on; the open ones among them are few. */
const examinedMax = 512;

/** Makes room for what the changes may add to the history. */
function forgotten(catalog: Catalog, changes: number): readonly Change[] {
  const { executions } = catalog;
  const surplus = Math.min(executions.historySize + changes - executionHistoryMax, changes + 1);
  if (surplus <= 0) return [];
  return executions
    .list()
    .slice(0, examinedMax)
    .filter(isHistory)
    .slice(0, surplus)
    .map((execution): Change => ({ kind: 'execution-forgotten', execution }));
}
