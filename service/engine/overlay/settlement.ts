import { publicTable } from '../lowering.ts';
import { UnstratifiedNegation } from '../problems.ts';
import type { RelationLiteral, RuleForm } from '../program.ts';
import { BodySearch, type LiteralRows } from './body-search.ts';
import { OverlayGroups } from './overlay-groups.ts';
import { holdsRow, type OverlayRelation, visitRelation } from './overlay-relation.ts';
import type { OverlayState } from './overlay-state.ts';
import type { Row } from './overlay-values.ts';
import { RowChanges, RowTable } from './row-table.ts';

/**
 * Brings the derived relations of an overlay up to date: computes how each differs from what the engine holds.
 *
 * One relation without recursion. Every row that enters or leaves has a derivation that was gained or lost, and that
 * derivation uses a changed row, a changed fact or a changed rule. So the heads of
 *   - kept rules, from each changed row of each body literal, the other literals in the new state (gained) and in
 *     the old state (lost),
 *   - added rules in the new state, removed rules in the old state, and changed facts
 * are all the rows that may have changed. Each is looked up in the old state and derived anew in the new one.
 *
 * A recursive component: delete and rederive (Gupta, Mumick, Subrahmanian 1993). Everything derived through
 * something lost is taken out, to a fixpoint in the old state; what still has a derivation is put back; then
 * semi-naive rounds from everything that was put in.
 *
 * Costs the rows that may change times one bound derivation, wherever the engine holds the views that are read.
 */
export class Settlement {
  readonly #state: OverlayState;

  constructor(state: OverlayState) {
    this.#state = state;
  }

  /** Settles a relation and everything it depends on. Throws UnstratifiedNegation and what a search throws. */
  settle(root: OverlayRelation): void {
    for (const members of componentsOf(root, (relation) => this.#reads(relation))) {
      const isRecursive = members.length > 1 || this.#reads(members[0]!).includes(members[0]!);
      for (const member of members) member.derived ??= new RowChanges();
      if (!members.some((member) => this.#isConcerned(member))) continue;
      try {
        const [aggregating] = members[0]!.rules;
        if (isRecursive) this.#settleRecursive(new Set(members));
        else if (aggregating?.aggregation !== undefined) this.#settleGroups(members[0]!, aggregating);
        else this.#settleOne(members[0]!);
      } catch (error) {
        // What is half done must not pass for the answer.
        for (const member of members) member.derived = null;
        throw error;
      }
    }
  }

  /** Derived relations that rules of the new state read, if they are not settled. */
  #reads(relation: OverlayRelation): readonly OverlayRelation[] {
    return relation.rules
      .flatMap(({ body }) => body)
      .flatMap((literal) => (literal.kind === 'relation' ? [this.#state.of(literal.node)] : []))
      .filter((read) => read.isDerived);
  }

  #isConcerned(relation: OverlayRelation): boolean {
    if (relation.isTouched) return true;
    return relation.rules.some(({ body }) =>
      body.some((literal) => literal.kind === 'relation' && !this.#changes(literal).isEmpty),
    );
  }

  #changes({ node }: RelationLiteral): RowChanges {
    const relation = this.#state.of(node);
    return relation.isDerived ? relation.derived! : relation.facts;
  }

  #settleOne(relation: OverlayRelation): void {
    const candidates = new RowTable();
    const collect = (row: Row): void => {
      if (candidates.add(row)) this.#state.base.budget.checkRows(candidates.size);
    };
    this.#lost(relation, collect);
    this.#gained(relation, collect);
    const changes = relation.derived!;
    for (const row of candidates.all()) {
      const before = this.#held(relation, row);
      const after = this.#holds(relation, row);
      if (after && !before) changes.inserted.add(row);
      if (before && !after) changes.deleted.add(row);
    }
  }

  /** Groups have one rule and no facts. Those with a row that changed are computed anew, from all of their rows. */
  #settleGroups(relation: OverlayRelation, rule: RuleForm): void {
    const aggregation = rule.aggregation!;
    const source = rule.body[0] as RelationLiteral;
    const columns = Array.from({ length: aggregation.keys }, (_, column) => column);
    const keys = new RowTable();
    const { inserted, deleted } = this.#changes(source);
    for (const rows of [inserted, deleted])
      for (const row of rows.all()) keys.add(row.slice(0, aggregation.keys));
    const groups = new OverlayGroups(aggregation, this.#state.values);
    const before = new RowTable();
    for (const key of relation.addedRules.length > 0 ? [[]] : keys.all()) {
      const pattern = { columns: columns.slice(0, key.length), key };
      this.#state.newRows.visit(source, pattern, (row) => {
        groups.add(row);
        return false;
      });
      visitRelation(this.#state.oldRelation(relation.node), {
        pattern,
        values: this.#state.values,
        visit: (row) => !before.add(row),
      });
    }
    const changes = relation.derived!;
    const after = new RowTable();
    for (const row of groups.rows()) if (after.add(row) && !before.has(row)) changes.inserted.add(row);
    for (const row of before.all()) if (!after.has(row)) changes.deleted.add(row);
  }

  #settleRecursive(members: ReadonlySet<OverlayRelation>): void {
    for (const member of members) this.#refuseNegation(member, members);
    const lost: [OverlayRelation, Row][] = [];
    for (const member of members) this.#lost(member, (row) => lost.push([member, row]), members);
    const doubted = this.#overdelete(lost, members);
    // Only now: a gained derivation may use a row that was just taken out; if that comes back, so does what follows.
    const gained: [OverlayRelation, Row][] = [];
    for (const member of members) this.#gained(member, (row) => gained.push([member, row]), members);
    for (const [member, row] of doubted) if (this.#holds(member, row)) gained.push([member, row]);
    this.#insertAll(gained, members);
  }

  #refuseNegation(relation: OverlayRelation, members: ReadonlySet<OverlayRelation>): void {
    for (const { body, head, aggregation } of relation.rules) {
      for (const literal of body) {
        if (literal.kind !== 'relation' || !members.has(this.#state.of(literal.node))) continue;
        if (!literal.negated && aggregation === undefined) continue;
        throw new UnstratifiedNegation(
          [head.node, literal.node].map(({ name }) => `${name.policy}:${publicTable(name.table)}`),
        );
      }
    }
  }

  /** Takes out everything that was derived through a lost row; returns it. */
  #overdelete(
    lost: [OverlayRelation, Row][],
    members: ReadonlySet<OverlayRelation>,
  ): readonly [OverlayRelation, Row][] {
    const doubted: [OverlayRelation, Row][] = [];
    for (let next = lost.pop(); next !== undefined; next = lost.pop()) {
      const [relation, row] = next;
      if (!this.#held(relation, row) || !relation.derived!.deleted.add(row)) continue;
      doubted.push(next);
      for (const member of members) {
        for (const rule of member.keptRules) {
          this.#throughRow({ rule, read: relation, row, rows: this.#state.oldRows }, (head) =>
            lost.push([member, head]),
          );
        }
      }
    }
    return doubted;
  }

  /** Puts rows in, and everything that follows. */
  #insertAll(gained: [OverlayRelation, Row][], members: ReadonlySet<OverlayRelation>): void {
    for (let next = gained.pop(); next !== undefined; next = gained.pop()) {
      const [relation, row] = next;
      const { inserted, deleted } = relation.derived!;
      if (this.#held(relation, row) ? !deleted.delete(row) : !inserted.add(row)) continue;
      this.#state.base.budget.checkRows(inserted.size);
      for (const member of members) {
        for (const rule of member.rules) {
          this.#throughRow({ rule, read: relation, row, rows: this.#state.newRows }, (head) =>
            gained.push([member, head]),
          );
        }
      }
    }
  }

  /** Heads of derivations in which some positive literal over `read` is this row. */
  #throughRow(
    from: {
      readonly rule: RuleForm;
      readonly read: OverlayRelation;
      readonly row: Row;
      readonly rows: LiteralRows;
    },
    found: (head: Row) => void,
  ): void {
    const { rule, read, row, rows } = from;
    for (const [at, literal] of rule.body.entries()) {
      if (literal.kind !== 'relation' || literal.negated || literal.node !== read.node) continue;
      this.#from({ rule, literal: at, row, rows }, found);
    }
  }

  /** Heads of derivations that may have ended; of a component, those that use something outside of it. */
  #lost(
    relation: OverlayRelation,
    found: (row: Row) => void,
    members: ReadonlySet<OverlayRelation> = new Set(),
  ): void {
    const { oldRows } = this.#state;
    for (const row of relation.facts.deleted.all()) found(row);
    for (const rule of relation.removedRules) this.#all(rule, oldRows, found);
    for (const rule of relation.keptRules) {
      for (const [at, literal] of rule.body.entries()) {
        if (literal.kind !== 'relation' || members.has(this.#state.of(literal.node))) continue;
        const { inserted, deleted } = this.#changes(literal);
        const rows = literal.negated ? inserted : deleted;
        for (const row of rows.all()) this.#from({ rule, literal: at, row, rows: oldRows }, found);
      }
    }
  }

  /** Heads of derivations that may have begun. */
  #gained(
    relation: OverlayRelation,
    found: (row: Row) => void,
    members: ReadonlySet<OverlayRelation> = new Set(),
  ): void {
    const { newRows } = this.#state;
    for (const row of relation.facts.inserted.all()) found(row);
    for (const rule of relation.addedRules) this.#all(rule, newRows, found);
    for (const rule of relation.keptRules) {
      for (const [at, literal] of rule.body.entries()) {
        if (literal.kind !== 'relation' || members.has(this.#state.of(literal.node))) continue;
        const { inserted, deleted } = this.#changes(literal);
        const rows = literal.negated ? deleted : inserted;
        for (const row of rows.all()) this.#from({ rule, literal: at, row, rows: newRows }, found);
      }
    }
  }

  #from(
    start: {
      readonly rule: RuleForm;
      readonly literal: number;
      readonly row: Row;
      readonly rows: LiteralRows;
    },
    found: (head: Row) => void,
  ): void {
    const { rule, literal, row, rows } = start;
    const search = new BodySearch(rule, this.#state.world(rows));
    if (!search.bind(rule.body[literal]!.args, row)) return;
    search.skip(literal);
    search.run(() => {
      found(search.rowOf(rule.head.args));
      return false;
    });
  }

  #all(rule: RuleForm, rows: LiteralRows, found: (head: Row) => void): void {
    const search = new BodySearch(rule, this.#state.world(rows));
    search.run(() => {
      found(search.rowOf(rule.head.args));
      return false;
    });
  }

  /** Whether the relation held the row before. */
  #held(relation: OverlayRelation, row: Row): boolean {
    if (relation.isQuery) return this.#derives(relation.rules, row, this.#state.oldRows);
    return holdsRow(this.#state.oldRelation(relation.node), row, this.#state.values);
  }

  /** Whether a fact or a rule gives the row now; what its rules read is settled. */
  #holds(relation: OverlayRelation, row: Row): boolean {
    if (relation.hasFact(row, this.#state.values)) return true;
    return this.#derives(relation.rules, row, this.#state.newRows);
  }

  #derives(rules: readonly RuleForm[], row: Row, rows: LiteralRows): boolean {
    return rules.some((rule) => {
      const search = new BodySearch(rule, this.#state.world(rows));
      return search.bind(rule.head.args, row) && search.run(() => true);
    });
  }
}

/**
 * Components that `root` depends on, itself included, each after those it reads (Tarjan 1972, iterative). Those that
 * are settled are left out.
 */
function componentsOf(
  root: OverlayRelation,
  reads: (relation: OverlayRelation) => readonly OverlayRelation[],
): readonly (readonly OverlayRelation[])[] {
  const order = new Map<OverlayRelation, number>();
  const low = new Map<OverlayRelation, number>();
  const open: OverlayRelation[] = [];
  const isOpen = new Set<OverlayRelation>();
  const components: OverlayRelation[][] = [];
  const enter = (relation: OverlayRelation) => {
    order.set(relation, order.size);
    low.set(relation, order.size - 1);
    open.push(relation);
    isOpen.add(relation);
    return { relation, reads: reads(relation), next: 0 };
  };
  const path = [enter(root)];
  while (path.length > 0) {
    const visit = path[path.length - 1]!;
    const child = visit.reads[visit.next++];
    if (child !== undefined) {
      if (child.derived !== null) continue;
      if (!order.has(child)) path.push(enter(child));
      else if (isOpen.has(child))
        low.set(visit.relation, Math.min(low.get(visit.relation)!, order.get(child)!));
      continue;
    }
    path.pop();
    const lowest = low.get(visit.relation)!;
    if (lowest === order.get(visit.relation)) {
      const members = open.splice(open.lastIndexOf(visit.relation));
      for (const member of members) isOpen.delete(member);
      components.push(members);
    }
    const parent = path[path.length - 1]?.relation;
    if (parent !== undefined) low.set(parent, Math.min(low.get(parent)!, lowest));
  }
  return components;
}
