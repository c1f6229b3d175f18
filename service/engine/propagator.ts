import { Problem } from '../base/problem.ts';
import type { Evaluator } from './evaluator.ts';
import type { Sink } from './generate.ts';
import type { Materialiser } from './materialiser.ts';
import type { PendingChanges, RowDelta } from './pending-changes.ts';
import type { BodyOccurrence, RelationNode, View } from './program.ts';
import { groupReaders, type ReaderGroups } from './reader-groups.ts';
import type { Recursion } from './recursion.ts';
import type { Relation } from './relation.ts';
import { RowList } from './row-list.ts';
import type { RuleFamily } from './rule-family.ts';
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
  readonly #groups = new WeakMap<RelationNode, ReaderGroups>();
  readonly #sinks = new WeakMap<View, Sink>();
  readonly #one = new RowList();

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
    const known = this.#sinks.get(view);
    if (known !== undefined) return known;
    const { budget } = this.#evaluator.runtime;
    const sink = view.recursive ? new SeedSink(view, budget) : new PendingSink(view, budget);
    this.#sinks.set(view, sink);
    return sink;
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
      const groups = this.#groupsOf(node);
      this.#touchReaders(groups.virtual, flips, null);
      this.#deriveAll(groups, flips);
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
  #touchReaders(readers: readonly BodyOccurrence[], delta: RowDelta, relation: Relation | null): void {
    for (const { rule, literal, isRepeated } of readers) {
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
    const groups = this.#groupsOf(node);
    this.#touchReaders(groups.virtual, delta, node.source);
    this.#deriveAll(groups, delta);
    this.#commit(groups.repeated, delta, changes);
  }

  #deriveAll({ single, families }: ReaderGroups, delta: RowDelta): void {
    for (const reader of single) this.#derive(reader, delta);
    for (const family of families) this.#deriveFamily(family, delta);
  }

  /** Rules that read the relation more than once take the rows one by one, with the row there. */
  #commit(
    readers: readonly BodyOccurrence[],
    { deleted, inserted }: RowDelta,
    changes: PendingChanges,
  ): void {
    for (let i = 0; i < deleted.length; i++) {
      const row = deleted.rows[i]!;
      for (const reader of readers) this.#derive(reader, { inserted: nothing, deleted: this.#single(row) });
      changes.commitDelete(row);
    }
    for (let i = 0; i < inserted.length; i++) {
      const row = inserted.rows[i]!;
      changes.commitInsert(row);
      for (const reader of readers) this.#derive(reader, { inserted: this.#single(row), deleted: nothing });
    }
  }

  #single(row: number): RowList {
    this.#one.clear();
    this.#one.push(row);
    return this.#one;
  }

  #derive({ rule, literal }: BodyOccurrence, delta: RowDelta): void {
    const head = rule.head.node;
    const { view } = head;
    if (view === null) return;
    const sign = rule.body[literal]!.negated ? -1 : 1;
    const sink = this.sinkOf(view);
    try {
      this.#evaluator.from(rule, literal, { rows: delta.deleted, sign: -sign }, sink);
      this.#evaluator.from(rule, literal, { rows: delta.inserted, sign }, sink);
    } catch (error) {
      this.#drop(head, error);
    }
    if (view.recursive || !view.changes.isEmpty) this.schedule(head);
  }

  #deriveFamily(family: RuleFamily, delta: RowDelta): void {
    const sign = family.negated ? -1 : 1;
    try {
      family.from(this.#evaluator, { rows: delta.deleted, sign: -sign });
      family.from(this.#evaluator, { rows: delta.inserted, sign });
    } catch (error) {
      for (const { head } of family.members) this.#drop(head.node, error);
    }
  }

  #groupsOf(node: RelationNode): ReaderGroups {
    const known = this.#groups.get(node);
    if (known !== undefined && known.shape === this.#evaluator.shape) return known;
    const groups = groupReaders(node, this.#evaluator, (rule) => {
      const head = rule.head.node;
      if (head.view === null) return null;
      this.schedule(head);
      return this.sinkOf(head.view);
    });
    this.#groups.set(node, groups);
    return groups;
  }

  /** A view that cannot be maintained (limits, unsafe rules) is dropped; everything else goes on. */
  #guard(node: RelationNode, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#drop(node, error);
    }
  }

  #drop(node: RelationNode, error: unknown): void {
    if (!(error instanceof Problem)) throw error;
    this.#materialiser.release(node);
  }
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
