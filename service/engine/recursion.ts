import type { Evaluator } from './evaluator.ts';
import type { BodyOccurrence, Component, RelationNode, RuleForm } from './program.ts';
import { RowList } from './row-list.ts';
import { DoubtSink, doubtRow, ProposeSink, proposeRow } from './sinks.ts';
import type { BuildSteps } from './view-build.ts';

/**
 * Evaluation of a component whose relations depend on each other. Rows are a set (support 1).
 *
 * From scratch: semi-naive rounds; a round derives from the rows that were new in the round before.
 *
 * After changes (delete and rederive; Gupta, Mumick, Subrahmanian 1993). Before the component's turn, `lost` and
 * `gained` of each view were filled with the heads of derivations that use a changed row of a lower relation,
 * all of them while the component was still in its old state:
 * 1. overdelete: everything derived through a lost row, to a fixpoint, in the old state of the component;
 * 2. take those rows out; 3. put back those, and the gained ones, that a fact or a rule still derives;
 * 4. semi-naive rounds from what was put in.
 * It is right because a derivation that ended uses a deleted lower row (found before) or an overdeleted row
 * (found in 1), and one that began uses an inserted lower row (gained, checked in 3) or a row put in (4).
 */
export class Recursion {
  readonly #evaluator: Evaluator;

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator;
  }

  /** Fills the empty views of a component, in slices. Everything it reads outside is available. */
  *build(component: Component): BuildSteps {
    const rounds = this.#roundsOf(component);
    for (const member of rounds.members) {
      const { facts } = member.node;
      member.recordsPut = false;
      forEachLive(facts, (row) => member.proposeFact(row));
      for (const rule of member.node.rules) {
        if (!readsMember(rule, component)) yield* this.#evaluator.allInSlices(rule, member.propose);
      }
    }
    rounds.enliven();
    yield* this.#grow(rounds);
    for (const { node } of rounds.members) node.view!.relation.endGrowth();
  }

  *#grow(rounds: Rounds): BuildSteps {
    const byNode = new Map(rounds.members.map((member) => [member.node, member]));
    while (rounds.members.some(({ current }) => current.length > 0)) {
      for (const { node } of rounds.members) node.view!.relation.adaptToGrowth();
      for (const { occurrences, current } of rounds.members) {
        for (const { rule, literal } of occurrences) {
          const { propose } = byNode.get(rule.head.node)!;
          yield* this.#evaluator.fromInSlices(rule, literal, current, propose);
        }
      }
      rounds.enliven();
    }
  }

  /**
   * Brings a component up to date and writes what changed into the pending changes of its views; the relations
   * themselves are left in their old state, so that each can be propagated in turn.
   */
  update(component: Component): void {
    const rounds = this.#roundsOf(component);
    for (const member of rounds.members) member.takeFactChanges();
    const losing = rounds.members.some(({ node }) => node.view!.losing);
    if (losing) this.#overdelete(rounds);
    for (const member of rounds.members) member.dimDoubted();
    for (const member of rounds.members) this.#putBack(member, losing);
    rounds.startRound();
    this.#toFixpoint(rounds);
    for (const member of rounds.members) member.publish();
  }

  #roundsOf(component: Component): Rounds {
    const { budget } = this.#evaluator.runtime;
    const members = component.nodes.map(
      (node) => new Member(node, component, (relation, next) => new ProposeSink(relation, next, budget)),
    );
    return new Rounds(members);
  }

  #overdelete(rounds: Rounds): void {
    const byNode = new Map(rounds.members.map((member) => [member.node, member]));
    for (const member of rounds.members) member.startDoubts();
    while (rounds.members.some(({ current }) => current.length > 0)) {
      for (const { occurrences, current } of rounds.members) {
        for (const { rule, literal } of occurrences) {
          this.#evaluator.from(rule, literal, { rows: current, sign: 1 }, byNode.get(rule.head.node)!.doubt);
        }
      }
      for (const member of rounds.members) member.nextDoubts();
    }
  }

  /** Overdeleted and gained rows that some fact or rule derives now become live again. */
  #putBack(member: Member, check: boolean): void {
    const view = member.node.view!;
    for (const list of [member.doubted, view.gained]) {
      for (let i = 0; i < list.length; i++) {
        const row = list.rows[i]!;
        if (view.relation.support[row]! > 0) continue;
        if ((!check && list === view.gained) || this.#isDerivable(member, row)) member.putIn(row);
        else view.relation.support[row] = 0;
      }
    }
  }

  #isDerivable({ node, tuple }: Member, row: number): boolean {
    const { columns } = node.view!.relation;
    for (let i = 0; i < columns.length; i++) tuple[i] = columns[i]![row]!;
    node.facts.probe.set(tuple);
    const fact = node.facts.findProbe();
    if (fact !== 0 && node.facts.support[fact]! > 0) return true;
    return node.rules.some((rule) => this.#evaluator.derives(rule, tuple));
  }

  #toFixpoint(rounds: Rounds): void {
    const byNode = new Map(rounds.members.map((member) => [member.node, member]));
    while (rounds.members.some(({ current }) => current.length > 0)) {
      for (const { occurrences, current } of rounds.members) {
        for (const { rule, literal } of occurrences) {
          this.#evaluator.from(
            rule,
            literal,
            { rows: current, sign: 1 },
            byNode.get(rule.head.node)!.propose,
          );
        }
      }
      rounds.enliven();
    }
  }
}

class Rounds {
  readonly members: readonly Member[];

  constructor(members: readonly Member[]) {
    this.members = members;
  }

  /** Proposed rows become live and are what the next round starts from. */
  enliven(): void {
    for (const member of this.members) member.enlivenProposed();
  }

  startRound(): void {
    for (const member of this.members) member.startRound();
  }
}

class Member {
  readonly node: RelationNode;
  /** Body literals of the component's own rules that read this relation. */
  readonly occurrences: readonly BodyOccurrence[];
  readonly propose: ProposeSink;
  readonly doubt: DoubtSink;
  /** Rows the running round starts from. */
  current = new RowList();
  /** Rows taken out by overdeletion. */
  readonly doubted = new RowList();
  readonly tuple: Int32Array;
  /** What was put in is asked for in the end; not when the view is new. */
  recordsPut = true;
  #next = new RowList();
  readonly #put = new RowList();

  constructor(
    node: RelationNode,
    component: Component,
    proposeSink: (relation: RelationNode['facts'], next: RowList) => ProposeSink,
  ) {
    this.node = node;
    this.occurrences = node.readers.filter(({ rule }) => rule.head.node.component === component);
    this.propose = proposeSink(node.view!.relation, this.#next);
    this.doubt = new DoubtSink(node.view!.relation, this.#next);
    this.tuple = new Int32Array(node.name.arity);
  }

  /** Moves pending facts into the stored ones, and into what the view gained and lost. */
  takeFactChanges(): void {
    const { factChanges } = this.node;
    const view = this.node.view!;
    const { inserted, deleted } = factChanges.take();
    for (let i = 0; i < deleted.length; i++) {
      view.losing = true;
      doubtRow(view.relation, this.#viewRow(deleted.rows[i]!), view.lost);
      factChanges.commitDelete(deleted.rows[i]!);
    }
    for (let i = 0; i < inserted.length; i++) {
      proposeRow(view.relation, this.#viewRow(inserted.rows[i]!), view.gained);
      factChanges.commitInsert(inserted.rows[i]!);
    }
  }

  proposeFact(row: number): void {
    proposeRow(this.node.view!.relation, this.#viewRow(row), this.#next);
  }

  startDoubts(): void {
    const { lost } = this.node.view!;
    for (let i = 0; i < lost.length; i++) this.current.push(lost.rows[i]!);
  }

  nextDoubts(): void {
    for (let i = 0; i < this.current.length; i++) this.doubted.push(this.current.rows[i]!);
    this.current.takeFrom(this.#next);
  }

  dimDoubted(): void {
    for (let i = 0; i < this.doubted.length; i++) this.node.view!.relation.dim(this.doubted.rows[i]!);
  }

  putIn(row: number): void {
    this.node.view!.relation.enliven(row, 1);
    this.#put.push(row);
  }

  startRound(): void {
    for (let i = 0; i < this.#put.length; i++) this.current.push(this.#put.rows[i]!);
  }

  enlivenProposed(): void {
    const next = this.#next;
    this.node.view!.relation.enlivenAll(next);
    if (this.recordsPut) for (let i = 0; i < next.length; i++) this.#put.push(next.rows[i]!);
    this.current.takeFrom(next);
  }

  /** Takes the relation back to its old state and leaves the difference in the view's pending changes. */
  publish(): void {
    const view = this.node.view!;
    const { relation, changes } = view;
    const before = new Set<number>();
    for (let i = 0; i < this.doubted.length; i++) {
      const row = this.doubted.rows[i]!;
      before.add(row);
      if (relation.support[row]! > 0) continue;
      relation.enliven(row, 1);
      changes.change(row, -1);
    }
    for (let i = 0; i < this.#put.length; i++) {
      const row = this.#put.rows[i]!;
      if (before.has(row)) continue;
      relation.dim(row);
      changes.change(row, 1);
    }
    for (let i = 0; i < view.gained.length; i++) {
      const row = view.gained.rows[i]!;
      if (relation.support[row] === 0 && changes.of(row) === 0 && !before.has(row)) changes.change(row, 0);
    }
    view.gained.clear();
    view.lost.clear();
    view.losing = false;
  }

  /** The row of the view for a stored fact; a ghost when it is new. */
  #viewRow(factRow: number): number {
    const { facts, view } = this.node;
    const { relation } = view!;
    for (let i = 0; i < facts.columns.length; i++) relation.probe[i] = facts.columns[i]![factRow]!;
    return relation.addProbe();
  }
}

function readsMember(rule: RuleForm, component: Component): boolean {
  return rule.body.some((literal) => literal.kind === 'relation' && component.nodes.includes(literal.node));
}

function forEachLive(relation: RelationNode['facts'], visit: (row: number) => void): void {
  for (let row = 1; row < relation.end; row++) if (relation.support[row]! > 0) visit(row);
}
