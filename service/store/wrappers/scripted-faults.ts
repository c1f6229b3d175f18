import type { StoreOperation } from '../store-observer.ts';
import { type Fault, type FaultPlan, noFault } from './faults.ts';

/** Faults written down one by one: first those queued for an operation, then what holds until healed. */
export class ScriptedFaults implements FaultPlan {
  readonly #queues = new Map<StoreOperation, Fault[]>();
  readonly #lasting = new Map<StoreOperation | 'every', Fault>();

  next(operation: StoreOperation): Fault {
    const queued = this.#queues.get(operation)?.shift();
    return queued ?? this.#lasting.get(operation) ?? this.#lasting.get('every') ?? noFault;
  }

  /** The next calls of `operation` meet these faults, one each. */
  once(operation: StoreOperation, ...faults: readonly Fault[]): this {
    this.#queues.set(operation, [...(this.#queues.get(operation) ?? []), ...faults]);
    return this;
  }

  /** Every call of `operation`, or every call at all, meets this fault until `heal`. */
  always(operation: StoreOperation | 'every', fault: Fault): this {
    this.#lasting.set(operation, fault);
    return this;
  }

  /** Ends all faults, also the queued ones. */
  heal(): void {
    this.#queues.clear();
    this.#lasting.clear();
  }
}
