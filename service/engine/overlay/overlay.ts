import type { Atom, Formula, Literal, Rule } from '../../datalog/tree.ts';
import type { Tuple, Value } from '../../datalog/value.ts';
import type { RelationName } from '../engine-change.ts';
import { lowerAggregates, publicTable } from '../lowering.ts';
import { AggregateInQuery } from '../problems.ts';
import type { RelationNode, RuleForm } from '../program.ts';
import { collector, instance, queryBody, variablesOf } from '../query.ts';
import { headName, ruleForm } from '../rule-form.ts';
import { BodySearch, resultsOf } from './body-search.ts';
import { Inclusion } from './inclusion.ts';
import { OverlayRelation } from './overlay-relation.ts';
import { type OverlayBase, OverlayState } from './overlay-state.ts';
import type { Row } from './overlay-values.ts';
import { RowTable } from './row-table.ts';
import { sameFacts } from './same-facts.ts';
import { Settlement } from './settlement.ts';

/** A fact by the relation that stores it. */
export interface OverlayFact {
  readonly policy: string;
  readonly table: string;
  readonly tuple: Tuple;
}

/** A rule of a policy; the id is its own. */
export interface OverlayRule {
  readonly policy: string;
  readonly ruleId: string;
  readonly rule: Rule;
}

/** What entered and left the answers of a query. */
export interface QueryDelta {
  readonly inserted: readonly Formula[];
  readonly deleted: readonly Formula[];
}

/**
 * The engine with changes that nobody else sees: facts and rules are put in and taken out beside it, and queries
 * answer as if the engine had taken them. The engine's facts, rules and views are read, never written; a view that
 * a query needs is computed there first, as for any query. Whatever is thrown, there is nothing to take back.
 * Costs in proportion to the changes and what follows from them. Use it within one synchronous call.
 */
export class Overlay {
  readonly #state: OverlayState;
  readonly #settlement: Settlement;

  constructor(base: OverlayBase) {
    this.#state = new OverlayState(base);
    this.#settlement = new Settlement(this.#state);
    this.#state.settle = (relation) => this.#settlement.settle(relation);
  }

  /** False when it is there. Numbers are the same fact when they are equal, whatever their type (reference 2.3). */
  insertFact(fact: OverlayFact): boolean {
    const relation = this.#factsOf(fact);
    if (this.#storedRow(relation, fact.tuple) !== null) return false;
    const row = this.#state.values.row(fact.tuple);
    relation.facts.insert(row, relation.facts.deleted.has(row));
    this.#state.forgetDerived();
    return true;
  }

  /** False when it is not there; equality as for {@link insertFact}. */
  deleteFact(fact: OverlayFact): boolean {
    const relation = this.#factsOf(fact);
    const row = this.#storedRow(relation, fact.tuple);
    if (row === null) return false;
    relation.facts.delete(row, !relation.facts.inserted.has(row));
    this.#state.forgetDerived();
    return true;
  }

  insertRule({ policy, ruleId, rule }: OverlayRule): void {
    for (const part of lowerAggregates({ policy, ruleId, rule })) {
      const { aggregation } = part;
      const form = this.#form(part.rule, policy, ruleId);
      this.#state.of(form.head.node).addRule(aggregation === undefined ? form : { ...form, aggregation });
    }
    this.#state.forgetDerived();
  }

  /** Takes out a rule of the engine, or one that was inserted here. */
  deleteRule({ policy, ruleId, rule }: OverlayRule): void {
    this.#state.of(this.#headOf(policy, rule)).removeRule(ruleId);
    this.#state.forgetDerived();
  }

  /** A rule of the engine that was taken out is there again. */
  restoreRule({ policy, ruleId, rule }: OverlayRule): void {
    this.#state.of(this.#headOf(policy, rule)).restoreRule(ruleId);
    this.#state.forgetDerived();
  }

  /** Relations on a cycle of rules through the head of this one, as `policy:table`, from the head on; or null. */
  cycleThrough({ policy, rule }: Omit<OverlayRule, 'ruleId'>): readonly string[] | null {
    const head = this.#headOf(policy, rule);
    const cameFrom = new Map<RelationNode, RelationNode>();
    const stack = [head];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (const { body } of this.#state.of(node).rules) {
        for (const literal of body) {
          if (literal.kind !== 'relation') continue;
          if (literal.node === head) return pathTo(node, cameFrom, head);
          if (cameFrom.has(literal.node)) continue;
          cameFrom.set(literal.node, node);
          stack.push(literal.node);
        }
      }
    }
    return null;
  }

  /** As {@link Engine.query}, with the changes; at most `max` answers, any of them when there are more. */
  query(policy: string, query: Formula, max = Number.POSITIVE_INFINITY): readonly Formula[] {
    const { names, form } = this.#asRule(policy, query);
    const answers = new RowTable();
    const search = new BodySearch(form, this.#state.world(this.#state.newRows));
    search.run(() => {
      if (answers.add(search.rowOf(form.head.args))) this.#state.base.budget.checkRows(answers.size);
      return answers.size >= max;
    });
    return this.#instances(query, { names, rows: answers.all() });
  }

  /** How the answers of a query differ from those of the engine. Costs in proportion to the changes. */
  delta(policy: string, query: Formula): QueryDelta {
    const { names, form } = this.#asRule(policy, query);
    const relation = new OverlayRelation(form.head.node, true);
    relation.node.rules.push(form);
    this.#settlement.settle(relation);
    const { inserted, deleted } = relation.derived!;
    return {
      inserted: this.#instances(query, { names, rows: inserted.all() }),
      deleted: this.#instances(query, { names, rows: deleted.all() }),
    };
  }

  /** The stored facts of a relation that agree with a pattern (null = any value), without what rules derive. */
  facts(name: RelationName, pattern: readonly (Value | null)[]): readonly Tuple[] {
    const tuples: Tuple[] = [];
    this.visitFacts(name, pattern, (tuple) => {
      tuples.push(tuple);
      return false;
    });
    return tuples;
  }

  /** Calls `visit` with these facts one by one until it returns true; returns whether it did. */
  visitFacts(
    name: RelationName,
    pattern: readonly (Value | null)[],
    visit: (tuple: Tuple) => boolean,
  ): boolean {
    const { values } = this.#state;
    const columns = pattern.flatMap((value, column) => (value === null ? [] : [column]));
    const key = columns.map((column) => values.idOf(pattern[column]!));
    return this.#state.visitFacts(this.#state.nodeOf(name), { columns, key }, (row) =>
      visit(values.tuple(row)),
    );
  }

  /**
   * What a builtin computes from the constants of an atom: the outputs of each result (none for a test that holds),
   * `fails` for a test that does not, `error` where it does not take its inputs or they are no constants.
   */
  computeBuiltin(atom: Atom): readonly (readonly Value[])[] | 'fails' | 'error' {
    const builtin = this.#state.base.builtins.find(atom);
    const { args } = atom;
    if (builtin === undefined) return 'error';
    const inputs = args
      .slice(0, builtin.inputs)
      .flatMap((term) => (term.kind === 'constant' ? [term.value] : []));
    if (inputs.length < builtin.inputs) return 'error';
    const results = resultsOf(builtin, inputs);
    if (results.length > 0 || builtin.many === true) return results;
    return builtin.outputs === 0 ? 'fails' : 'error';
  }

  /** A policy as simulations read it, together with another one and with scratch facts (reference 3.6). */
  including(including: { readonly policy: string; readonly included: string | null }): Inclusion {
    return new Inclusion(this.#state, including);
  }

  #instances(
    query: Formula,
    answers: { readonly names: readonly string[]; readonly rows: Iterable<Row> },
  ): readonly Formula[] {
    return [...answers.rows].map((row) => instance(query, answers.names, this.#state.values.tuple(row)));
  }

  /** A query as a rule whose head holds all variables of the body. */
  #asRule(policy: string, query: Formula) {
    if (query.kind === 'rule' && query.aggregates !== undefined) throw new AggregateInQuery();
    const body: readonly Literal[] = queryBody(query);
    const names = variablesOf(body);
    const form = this.#form(collector(names, body), policy, 'query');
    const { head } = form;
    // A node of its own, whatever tables are called.
    return {
      names,
      form: { ...form, head: { ...head, node: this.#state.base.nodes.transient(head.node.name) } },
    };
  }

  #form(rule: Rule, policy: string, ruleId: string): RuleForm {
    return ruleForm(rule, {
      policy,
      ruleId,
      builtins: this.#state.base.builtins,
      intern: (value) => this.#state.values.idOf(value),
      nodeOf: (name) => this.#state.nodeOf(name),
    });
  }

  #headOf(policy: string, rule: Rule): RelationNode {
    return this.#state.nodeOf(headName(policy, rule.heads[0]!.atom));
  }

  #factsOf({ policy, table, tuple }: OverlayFact): OverlayRelation {
    return this.#state.of(this.#state.nodeOf({ policy, table, arity: tuple.length, modal: null }));
  }

  /** The stored row of this fact, numbers compared as numbers; null when there is none. */
  #storedRow(relation: OverlayRelation, tuple: Tuple): Row | null {
    const { values } = this.#state;
    for (const same of sameFacts(tuple)) {
      const row = values.row(same);
      if (relation.hasFact(row, values)) return row;
    }
    return null;
  }
}

function pathTo(
  last: RelationNode,
  cameFrom: ReadonlyMap<RelationNode, RelationNode>,
  head: RelationNode,
): readonly string[] {
  const path: string[] = [];
  for (
    let node: RelationNode | undefined = last;
    node !== undefined;
    node = node === head ? undefined : cameFrom.get(node)
  ) {
    const name = `${node.name.policy}:${publicTable(node.name.table)}`;
    if (path[0] !== name) path.unshift(name);
  }
  return path;
}
