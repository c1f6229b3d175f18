import { assert, unreachable } from '../base/assert.ts';
import type { EnforcementChange } from './change.ts';
import { CreationOrdered } from './creation-order.ts';
import {
  defaultEnforcement,
  type EnforcementSettings,
  type Execution,
  type ExecutionRow,
  executionRowKey,
  rowOfExecution,
} from './executions.ts';

/** The execution ledger and the switches of enforcement, as of one sequence. */
export class ExecutionShelf {
  readonly #byId = new Map<string, Execution>();
  readonly #inOrder = new CreationOrdered<Execution>();
  readonly #openByRow = new Map<string, Execution>();
  /** What may be worked on or closed; the rest is history. */
  readonly #live = new Map<string, Execution>();
  #settings: EnforcementSettings | null = null;

  settings(): EnforcementSettings {
    return this.#settings ?? defaultEnforcement;
  }

  /** What was set; null before anything was. */
  storedSettings(): EnforcementSettings | null {
    return this.#settings;
  }

  byId(id: string): Execution | undefined {
    return this.#byId.get(id);
  }

  /** In order of creation. */
  list(): readonly Execution[] {
    return this.#inOrder.list();
  }

  /** Those that are not history: not closed, or not ended. */
  live(): Iterable<Execution> {
    return this.#live.values();
  }

  /** The activation of a row that is in its table. */
  openOf(row: ExecutionRow): Execution | undefined {
    return this.#openByRow.get(executionRowKey(row));
  }

  get historySize(): number {
    return this.#byId.size - this.#live.size;
  }

  apply(change: EnforcementChange): void {
    switch (change.kind) {
      case 'execution-opened':
        assert(!this.#byId.has(change.execution.id), 'a new execution has a new id');
        this.#put(change.execution);
        break;
      case 'execution-changed':
        this.#remove(change.before);
        this.#put(change.execution);
        break;
      case 'execution-forgotten':
        this.#remove(change.execution);
        break;
      case 'enforcement-configured':
        this.#settings = change.settings;
        break;
      default:
        unreachable(change);
    }
  }

  /** Takes back the change that was applied last. */
  revert(change: EnforcementChange): void {
    switch (change.kind) {
      case 'execution-opened':
        this.#remove(change.execution);
        break;
      case 'execution-changed':
        this.#remove(change.execution);
        this.#put(change.before);
        break;
      case 'execution-forgotten':
        this.#put(change.execution);
        break;
      case 'enforcement-configured':
        this.#settings = change.before;
        break;
      default:
        unreachable(change);
    }
  }

  /** From the store, into an empty shelf. */
  load(executions: readonly Execution[], settings: EnforcementSettings | null): void {
    for (const execution of executions) this.#put(execution);
    this.#settings = settings;
  }

  #put(execution: Execution): void {
    this.#byId.set(execution.id, execution);
    this.#inOrder.add(execution);
    if (isHistory(execution)) return;
    this.#live.set(execution.id, execution);
    const row = rowOfExecution(execution);
    if (row !== null && !execution.closed) {
      const key = executionRowKey(row);
      assert(!this.#openByRow.has(key), 'a row has one open activation');
      this.#openByRow.set(key, execution);
    }
  }

  #remove(execution: Execution): void {
    assert(this.#byId.delete(execution.id), 'an execution that goes was there');
    this.#inOrder.remove(execution.createdAt);
    this.#live.delete(execution.id);
    const row = rowOfExecution(execution);
    if (row !== null && !execution.closed) this.#openByRow.delete(executionRowKey(row));
  }
}

/** Closed and ended: kept for people only. */
export function isHistory({ closed, state }: Execution): boolean {
  return closed && state !== 'sent' && state !== 'pending' && state !== 'awaiting-approval';
}
