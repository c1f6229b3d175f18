import type { Literal } from '../../datalog/tree.ts';
import type { Tuple, Value } from '../../datalog/value.ts';
import type { RelationName } from '../engine-change.ts';
import { RecursiveInclusion } from '../problems.ts';
import type { RelationLiteral, RelationNode, RuleForm } from '../program.ts';
import { collector, variablesOf } from '../query.ts';
import { ruleForm } from '../rule-form.ts';
import { BodySearch, isValue, type LiteralRows, namelessFrom, type RowPattern } from './body-search.ts';
import { OverlayGroups } from './overlay-groups.ts';
import type { OverlayState } from './overlay-state.ts';
import type { Row } from './overlay-values.ts';
import { RowTable } from './row-table.ts';

/** A row whose columns may hold a variable: the number of the last column that has the same one. */
export type OpenTuple = readonly (Value | { readonly variable: number })[];

/**
 * How simulations read an action policy (Congress reference 3.6): a table of it is its own facts and rules, the
 * scratch facts of that name and the table of the queried policy of that name, and its rules read their tables in the
 * same way. Evaluated from the top with what is bound, once per question: it is for the few rows that an action
 * touches. Rules here may leave head variables without value.
 */
export class Inclusion {
  readonly #state: OverlayState;
  readonly #policy: string;
  readonly #included: string | null;
  readonly #scratch = new Map<string, RowTable>();
  /** Answers by question, and those that are being computed (null). */
  readonly #answers = new Map<string, RowTable | null>();

  constructor(
    state: OverlayState,
    { policy, included }: { readonly policy: string; readonly included: string | null },
  ) {
    this.#state = state;
    this.#policy = policy;
    this.#included = included === policy ? null : included;
  }

  clearScratch(): void {
    this.#scratch.clear();
    this.#answers.clear();
  }

  /** `table` as the policy writes it, with a qualifier where it has one. */
  addScratch(table: string, tuple: Tuple): void {
    const key = scratchKey(table, tuple.length);
    const rows = this.#scratch.get(key) ?? new RowTable();
    rows.add(this.#state.values.row(tuple));
    this.#scratch.set(key, rows);
    this.#answers.clear();
  }

  /** The state of the overlay has changed. */
  refresh(): void {
    this.#answers.clear();
  }

  /** Rows of a table of the policy. Throws RecursiveInclusion, UnsafeEvaluation, EngineLimitExceeded. */
  rows(table: string, arity: number): readonly OpenTuple[] {
    const rows: Row[] = [];
    const name: RelationName = { policy: this.#policy, table, arity, modal: null };
    this.#visitOwn(this.#state.nodeOf(name), { columns: [], key: [] }, (row) => {
      rows.push(row);
      return false;
    });
    return rows.map((row) => row.map((id) => this.#open(id)));
  }

  /** All bindings of the variables of a body, as rows in order of `names`; null where one has no value. */
  bindings(body: readonly Literal[]): {
    readonly names: readonly string[];
    readonly rows: readonly (readonly (Value | null)[])[];
  } {
    const names = variablesOf(body);
    const form = ruleForm(collector(names, body), {
      policy: this.#policy,
      ruleId: 'sequence',
      builtins: this.#state.base.builtins,
      intern: (value) => this.#state.values.idOf(value),
      nodeOf: (name) => this.#state.nodeOf(name),
    });
    const found = new RowTable();
    const search = new BodySearch(form, this.#state.world(this.#rows));
    search.run(() => {
      if (found.add(search.rowOf(form.head.args))) this.#state.base.budget.checkRows(found.size);
      return false;
    });
    const rows = [...found.all()].map((row) =>
      row.map((id) => (isValue(id) ? this.#state.values.valueOf(id) : null)),
    );
    return { names, rows };
  }

  #open(id: number): Value | { readonly variable: number } {
    return isValue(id) ? this.#state.values.valueOf(id) : { variable: namelessFrom - id };
  }

  readonly #rows: LiteralRows = {
    estimate: (literal, columns) => this.#estimate(literal, columns),
    visit: ({ node }, pattern, visit) =>
      this.#isOwn(node.name)
        ? this.#visitOwn(node, pattern, visit)
        : this.#state.newRows.visit(relationLiteral(node), pattern, visit),
  };

  /** Its own tables and, wherever they are qualified, update tables (`alice:p+`). */
  #isOwn({ policy, table }: RelationName): boolean {
    return policy === this.#policy || isUpdateTable(table);
  }

  /** Small where only scratch facts are there; what rules derive is taken to be many. */
  #estimate(literal: RelationLiteral, columns: readonly number[]): number {
    const { node } = literal;
    if (!this.#isOwn(node.name)) return this.#state.newRows.estimate(literal, columns);
    const ruled = this.#state.of(this.#ownNode(node)).rules.length > 0 && columns.length === 0;
    const included = this.#includedNode(node);
    const scratch = this.#scratch.get(this.#scratchKey(node))?.size ?? 0;
    const stored = included === null ? 0 : this.#state.newRows.estimate(relationLiteral(included), columns);
    return scratch + stored + (ruled ? 10_000 : 0);
  }

  #visitOwn(asked: RelationNode, pattern: RowPattern, visit: (row: Row) => boolean): boolean {
    for (const row of this.#answersTo(asked, pattern).all()) if (visit(row)) return true;
    return false;
  }

  #answersTo(asked: RelationNode, pattern: RowPattern): RowTable {
    const question = `${asked.key}\n${pattern.columns.join()}\n${pattern.key.join()}`;
    const known = this.#answers.get(question);
    if (known === null) throw new RecursiveInclusion(asked.name.table);
    if (known !== undefined) return known;
    this.#answers.set(question, null);
    const rows = new RowTable();
    this.#collect(asked, pattern, rows);
    this.#answers.set(question, rows);
    return rows;
  }

  #collect(asked: RelationNode, pattern: RowPattern, into: RowTable): void {
    const { budget } = this.#state.base;
    const collect = (row: Row): boolean => {
      if (--budget.fuel < 0) budget.refill();
      if (into.add(row)) budget.checkRows(into.size);
      return false;
    };
    const own = this.#ownNode(asked);
    for (const row of this.#state.factRows(own, pattern)) collect(row);
    for (const rule of this.#state.of(own).rules) {
      if (rule.aggregation === undefined) this.#derive(rule, pattern, collect);
      else this.#group(rule, pattern, collect);
    }
    const scratch = this.#scratch.get(this.#scratchKey(asked));
    for (const row of scratch?.matching(pattern.columns, pattern.key) ?? []) collect(row);
    const included = this.#includedNode(asked);
    if (included !== null) this.#state.newRows.visit(relationLiteral(included), pattern, collect);
  }

  /** Groups that agree with the pattern, from all rows of those that may. */
  #group(rule: RuleForm, { columns, key }: RowPattern, collect: (row: Row) => void): void {
    const aggregation = rule.aggregation!;
    const groups = new OverlayGroups(aggregation, this.#state.values);
    const given = columns.filter((column) => column < aggregation.keys);
    const pattern = { columns: given, key: key.slice(0, given.length) };
    this.#rows.visit(rule.body[0] as RelationLiteral, pattern, (row) => {
      groups.add(row);
      return false;
    });
    for (const row of groups.rows()) if (columns.every((column, at) => row[column] === key[at])) collect(row);
  }

  #derive(rule: RuleForm, { columns, key }: RowPattern, collect: (row: Row) => void): void {
    const { args } = rule.head;
    const search = new BodySearch(rule, this.#state.world(this.#rows));
    const given = columns.map((column) => args[column]!);
    if (!search.bind(given, key)) return;
    search.run(() => {
      collect(
        search
          .rowOf(args)
          .map((id, column) => (isValue(id) ? id : namelessFrom - args.lastIndexOf(args[column]!))),
      );
      return false;
    });
  }

  /** Where the policy's own part of a table is kept: `alice:p+` is a table of the policy. */
  #ownNode(node: RelationNode): RelationNode {
    const { policy, table, arity } = node.name;
    if (policy === this.#policy) return node;
    return this.#state.nodeOf({ policy: this.#policy, table: `${policy}:${table}`, arity, modal: null });
  }

  #includedNode({ name }: RelationNode): RelationNode | null {
    if (this.#included === null || name.policy !== this.#policy) return null;
    return this.#state.nodeOf({ ...name, policy: this.#included });
  }

  #scratchKey(node: RelationNode): string {
    const { table, arity } = this.#ownNode(node).name;
    return scratchKey(table, arity);
  }
}

function isUpdateTable(table: string): boolean {
  return table.endsWith('+') || table.endsWith('-');
}

function scratchKey(table: string, arity: number): string {
  return `${arity} ${table}`;
}

function relationLiteral(node: RelationNode): RelationLiteral {
  return { kind: 'relation', negated: false, node, args: [] };
}
