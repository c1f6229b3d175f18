import { Problem } from '../base/problem.ts';
import type { Evaluator } from './evaluator.ts';
import type { Sink } from './generate.ts';
import type { Materialiser } from './materialiser.ts';
import type { PendingChanges, RowDelta } from './pending-changes.ts';
import type { BodyOccurrence, RelationNode, View } from './program.ts';
import type { Recursion } from './recursion.ts';
import type { Relation } from './relation.ts';
import { RowList } from './row-list.ts';
import { PendingSink, SeedSink } from './sinks.ts';
import type { VirtualRelation } from './virtual-relation.ts';

/**
 * Carries signed changes upwards, one relation at a time in evaluation order (counting; Gupta, Mumick,
 * Subrahmanian 1993). With V :- A, B the change of V is  dA * B_old + A_new * dB  (* = join): when A's turn
 * comes, everything later in the order is still in its old state and everything earlier in its new one, so the
 * plan that starts from the rows of dA reads exactly the right states. A negated literal counts with the
 * opposite sign. Where a rule reads the changed relation more than once, rows are taken one by one, with the
 * row present, and occurrences after the one it starts from skip that row (they read the state without it).
 *
 * Cost: the rows that change times the plan from one row; nothing is proportional to the tables.
 */
export class Propagator {
  readonly #evaluator: Evaluator;
  readonly #recursion: Recursion;
  readonly #materialiser: Materialiser;
  readonly #waiting = new Set<RelationNode>();

  constructor(evaluator: Evaluator, recursion: Recursion, materialiser: Materialiser) {
    this.#evaluator = evaluator;
    this.#recursion = recursion;
    this.#materialiser = materialiser;
  }

  /** Says that a node has pending changes. */
  schedule(node: RelationNode): void {
    this.#waiting.add(node);
  }

  /** Where derivations of a view are counted or, in a recursion, collected. */
  sinkOf(view: View): Sink {
    const { budget } = this.#evaluator.runtime;
    return view.recursive ? new SeedSink(view, budget) : new PendingSink(view, budget);
  }

  /** Works until nothing is pending. Views whose evaluation fails (limits) are released and computed when asked for. */
  run(): void {
    for (let node = this.#takeLowest(); node !== null; node = this.#takeLowest()) {
      if (node.view?.recursive === true) this.#settleComponent(node);
      else this.#settle(node);
    }
  }

  #takeLowest(): RelationNode | null {
    let lowest: RelationNode | null = null;
    for (const node of this.#waiting) if (lowest === null || node.rank < lowest.rank) lowest = node;
    if (lowest !== null) this.#waiting.delete(lowest);
    return lowest;
  }

  #settleComponent(node: RelationNode): void {
    const component = node.component!;
    for (const member of component.nodes) this.#waiting.delete(member);
    this.#guard(node, () => {
      this.#recursion.update(component);
    });
    for (const member of component.nodes) this.#settle(member);
  }

  /**
   * Notes the tuples of a virtual view whose truth may change soon. One that nobody reads any more is dropped
   * instead.
   */
  touch(head: RelationNode, emit: (sink: Sink) => void): void {
    if (!head.readers.some(({ rule }) => rule.head.node.isHeld)) {
      this.#materialiser.release(head);
      return;
    }
    head.virtual!.touch(emit);
    this.schedule(head);
  }

  #settle(node: RelationNode): void {
    if (node.virtual !== null) this.#settleVirtual(node, node.virtual);
    else if (node.view === null) this.#settleFacts(node);
    else {
      if (!node.factChanges.isEmpty) moveFactChanges(node);
      this.#publish(node, node.view.changes);
    }
  }

  #settleVirtual(node: RelationNode, virtual: VirtualRelation): void {
    this.#guard(node, () => {
      if (!node.factChanges.isEmpty) this.#touchFacts(node);
      if (node.virtual === null) return;
      const flips = virtual.flips();
      this.#touchReaders(node, flips, null);
      for (const reader of node.readers) {
        if (reader.rule.head.node.view !== null) this.#derive(reader, flips);
      }
      virtual.settle();
    });
  }

  /** A stored fact is one more reason for a tuple to hold. */
  #touchFacts(node: RelationNode): void {
    const { facts, factChanges } = node;
    const { inserted, deleted } = factChanges.take();
    this.touch(node, (sink) => {
      for (const list of [inserted, deleted]) {
        for (let i = 0; i < list.length; i++) {
          for (let column = 0; column < facts.arity; column++)
            sink.probe[column] = facts.columns[column]![list.rows[i]!]!;
          sink.emitProbe(1);
        }
      }
    });
    commitDeletes({ inserted, deleted }, factChanges, () => {});
    commitInserts({ inserted, deleted }, factChanges, () => {});
  }

  /** Before `changed` changes by this: notes what that may change in virtual views that read it. */
  #touchReaders(changed: RelationNode, delta: RowDelta, relation: Relation | null): void {
    for (const { rule, literal, isRepeated } of changed.readers) {
      const head = rule.head.node;
      if (head.virtual === null) continue;
      const { deleted, inserted } = delta;
      this.#guard(head, () => {
        this.touch(head, (sink) => {
          this.#evaluator.from(rule, literal, { rows: deleted, sign: 1 }, sink);
          // A row may join with itself, or with another new one, so they have to be there for a moment.
          if (isRepeated && relation !== null) relation.enlivenAll(inserted);
          this.#evaluator.from(rule, literal, { rows: inserted, sign: 1 }, sink);
          if (isRepeated && relation !== null) relation.dimAll(inserted);
        });
      });
    }
  }

  #settleFacts(node: RelationNode): void {
    this.#publish(node, node.factChanges);
    node.facts.compact();
  }

  #publish(node: RelationNode, changes: PendingChanges): void {
    const delta = changes.take();
    this.#touchReaders(node, delta, node.source);
    const selfJoins: BodyOccurrence[] = [];
    for (const reader of node.readers) {
      if (!isMaintained(reader.rule.head.node, node)) continue;
      if (reader.isRepeated) selfJoins.push(reader);
      else this.#derive(reader, delta);
    }
    commitDeletes(delta, changes, (row) => {
      if (selfJoins.length > 0) this.#deriveOne(selfJoins, { inserted: nothing, deleted: single(row) });
    });
    commitInserts(delta, changes, (row) => {
      if (selfJoins.length > 0) this.#deriveOne(selfJoins, { inserted: single(row), deleted: nothing });
    });
  }

  #deriveOne(readers: readonly BodyOccurrence[], delta: RowDelta): void {
    for (const reader of readers) this.#derive(reader, delta);
  }

  #derive({ rule, literal }: BodyOccurrence, delta: RowDelta): void {
    const head = rule.head.node;
    if (head.view === null) return;
    const sign = rule.body[literal]!.negated ? -1 : 1;
    const sink = this.sinkOf(head.view);
    this.#guard(head, () => {
      this.#evaluator.from(rule, literal, { rows: delta.deleted, sign: -sign }, sink);
      this.#evaluator.from(rule, literal, { rows: delta.inserted, sign }, sink);
    });
    this.schedule(head);
  }

  /** A view that cannot be maintained (limits, unsafe rules) is dropped; everything else goes on. */
  #guard(node: RelationNode, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#materialiser.release(node);
    }
  }
}

/** A materialised view that takes deltas of `changed`; inside one recursive component they went round already. */
function isMaintained(head: RelationNode, changed: RelationNode): boolean {
  if (head.view === null) return false;
  return !(head.view.recursive && changed.view !== null && head.component === changed.component);
}

function commitDeletes({ deleted }: RowDelta, changes: PendingChanges, before: (row: number) => void): void {
  for (let i = 0; i < deleted.length; i++) {
    before(deleted.rows[i]!);
    changes.commitDelete(deleted.rows[i]!);
  }
}

function commitInserts({ inserted }: RowDelta, changes: PendingChanges, after: (row: number) => void): void {
  for (let i = 0; i < inserted.length; i++) {
    changes.commitInsert(inserted.rows[i]!);
    after(inserted.rows[i]!);
  }
}

/** A stored fact is one derivation of a counted view. */
function moveFactChanges(node: RelationNode): void {
  const { facts, factChanges } = node;
  const { relation, changes } = node.view!;
  const { inserted, deleted } = factChanges.take();
  const viewRow = (row: number) => {
    for (let i = 0; i < facts.columns.length; i++) relation.probe[i] = facts.columns[i]![row]!;
    return relation.addProbe();
  };
  commitDeletes({ inserted, deleted }, factChanges, (row) => {
    changes.change(viewRow(row), -1);
  });
  commitInserts({ inserted, deleted }, factChanges, (row) => {
    changes.change(viewRow(row), 1);
  });
}

const nothing = new RowList();

function single(row: number): RowList {
  const list = new RowList();
  list.push(row);
  return list;
}
