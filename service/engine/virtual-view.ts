import type { Evaluator } from './evaluator.ts';
import type { CompiledPlan, Sink } from './generate.ts';
import type { RelationNode } from './program.ts';
import { Relation } from './relation.ts';
import { RowList } from './row-list.ts';
import { proposeRow } from './sinks.ts';
import type { VirtualRelation } from './virtual-relation.ts';

const supportHeld = 2;
const supportNot = 1;

/**
 * A derived relation that is not stored: whether it holds a tuple is found out when asked, by its rules with the
 * head bound. For relations that are only read negated, and so always with all columns bound.
 *
 * While changes go through, readers must see it as it was until its turn in evaluation order, although it is
 * computed from relations that have moved on. So before a relation that it reads changes, every tuple whose
 * derivations the change touches is noted in `touched` with the truth it had; an untouched tuple has the same
 * derivations before and after. At its turn the truth of each noted tuple is found out again, and the difference
 * is its delta.
 */
export class VirtualView implements VirtualRelation {
  readonly tuple: Int32Array;
  /** Noted tuples: support 2 when the tuple held before the running batch, 1 when it did not. */
  readonly touched: Relation;
  readonly #node: RelationNode;
  readonly #evaluator: Evaluator;
  #plans: readonly CompiledPlan[] = [];
  #shape = -1;

  constructor(node: RelationNode, evaluator: Evaluator) {
    this.#node = node;
    this.#evaluator = evaluator;
    this.tuple = new Int32Array(node.name.arity);
    this.touched = new Relation(node.name.arity, () => evaluator.runtime.interner.limit);
  }

  /** Whether the relation holds {@link tuple}, for readers. */
  holds(): boolean {
    const { touched } = this;
    if (touched.size > 0) {
      touched.probe.set(this.tuple);
      const row = touched.findProbe();
      if (row !== 0 && touched.support[row]! > 0) return touched.support[row] === supportHeld;
    }
    return this.#derives();
  }

  /** Notes every tuple that `emit` hands to its sink, with the truth it has now. */
  touch(emit: (sink: Sink) => void): void {
    const { touched } = this;
    const fresh = new RowList();
    const add = (row: number) => proposeRow(touched, row, fresh);
    emit({
      probe: touched.probe,
      emit2: (a, b) => add(touched.add2(a, b)),
      emitProbe: () => add(touched.addProbe()),
    });
    for (let i = 0; i < fresh.length; i++) {
      const row = fresh.rows[i]!;
      touched.enliven(row, this.#isDerived(row) ? supportHeld : supportNot);
    }
  }

  /** Rows of `touched` that hold now and did not before, and the other way round. */
  flips(): { readonly inserted: RowList; readonly deleted: RowList } {
    const { support, end } = this.touched;
    const inserted = new RowList();
    const deleted = new RowList();
    for (let row = 1; row < end; row++) {
      if (support[row]! <= 0) continue;
      const held = support[row] === supportHeld;
      if (this.#isDerived(row) === held) continue;
      (held ? deleted : inserted).push(row);
    }
    return { inserted, deleted };
  }

  /** The new truth is the one that readers see from now on. */
  settle(): void {
    if (this.touched.size > 0) this.touched.clear();
  }

  #isDerived(row: number): boolean {
    const { columns } = this.touched;
    for (let i = 0; i < columns.length; i++) this.tuple[i] = columns[i]![row]!;
    return this.#derives();
  }

  #derives(): boolean {
    const { facts } = this.#node;
    const { tuple } = this;
    if (facts.size > 0) {
      facts.probe.set(tuple);
      const fact = facts.findProbe();
      if (fact !== 0 && facts.support[fact]! > 0) return true;
    }
    if (this.#shape !== this.#evaluator.shape) this.#bind();
    const plans = this.#plans;
    for (let i = 0; i < plans.length; i++) if (plans[i]!.run(tuple, tuple.length, 1, null)) return true;
    return false;
  }

  #bind(): void {
    this.#plans = this.#node.rules
      .filter((rule) => !rule.never)
      .map((rule) => this.#evaluator.headPlan(rule));
    this.#shape = this.#evaluator.shape;
  }
}

/** What one check may cost, in units of plan.ts, for a relation not to be stored. */
const checkCostMax = 64;

/** Whether it is right and cheap to find out about single tuples of a relation rather than to store it. */
export function canBeVirtual({ component, rules, name }: RelationNode, evaluator: Evaluator): boolean {
  if (component === null || component.recursive || component.volatile || name.arity === 0) return false;
  return rules.every((rule) => {
    return rule.never || (rule.aggregation === undefined && evaluator.checkCost(rule) <= checkCostMax);
  });
}
