import { builtinCalled } from '../../datalog/builtins.ts';
import type { Atom, Formula, Literal, Rule, Term } from '../../datalog/tree.ts';
import type { Tuple, Value } from '../../datalog/value.ts';
import type { Overlay } from '../../engine/overlay/overlay.ts';
import { truthConstant } from '../../engine/rule-form.ts';
import type { Catalog } from '../catalog.ts';
import type { StoredRule } from '../entities.ts';
import { constants } from '../simulation/statement-shape.ts';
import type { RuleReference, StoredRow } from './explanation.ts';

/** A row of a table, wherever it comes from. */
export interface GroundRow {
  readonly policy: string;
  readonly table: string;
  readonly row: Tuple;
}

/** A stored rule with its policy. */
export interface OwnedRule {
  readonly policy: string;
  readonly id: string;
  readonly text: string;
  readonly formula: Rule;
}

/** What explanations ask of catalog and engine. */
export class ExplainedWorld {
  readonly #catalog: Catalog;
  readonly #overlay: Overlay;
  readonly #rules = new Map<string, ReadonlyMap<string, readonly OwnedRule[]>>();
  readonly #reach = new Map<string, ReadonlySet<string>>();

  constructor(catalog: Catalog, overlay: Overlay) {
    this.#catalog = catalog;
    this.#overlay = overlay;
  }

  /** Rules whose head is this table with this number of columns, in order of creation. */
  rulesOf({ policy, table, row }: GroundRow): readonly OwnedRule[] {
    const rules = this.#rulesByTable(policy).get(table) ?? [];
    return rules.filter(({ formula }) => formula.heads[0]!.atom.args.length === row.length);
  }

  holds(row: GroundRow): boolean {
    return this.#overlay.query(row.policy, factOf(row)).length > 0;
  }

  stored({ policy, table, row }: GroundRow): StoredRow | null {
    const name = { policy, table, arity: row.length, modal: null };
    if (this.#overlay.facts(name, row).length === 0) return null;
    const owner = this.#catalog.policyByName(policy);
    if (owner === undefined) return { kind: 'data-source', name: policy };
    const fact = this.#catalog.ruleOfStatement(owner.id, factOf({ policy, table, row }));
    return { kind: 'fact', ruleId: fact?.id ?? '' };
  }

  /** Instances of a rule, or of the first literals of one, that hold; at most `max`. */
  instances(policy: string, rule: Rule, max: number): readonly Rule[] {
    return this.#overlay.query(policy, rule, max) as readonly Rule[];
  }

  /** The outputs of each result of a builtin; null when it fails. */
  computed(atom: Atom): readonly Tuple[] | null {
    const result = this.#overlay.computeBuiltin(atom);
    return typeof result === 'string' ? null : result;
  }

  /** Rows of a table that agree in these columns (null = any value). */
  rowsLike({ policy, table }: GroundRow, pattern: readonly (Value | null)[]): readonly Formula[] {
    const args = pattern.map((value, column): Term => {
      return value === null ? { kind: 'variable', name: `column ${column}` } : { kind: 'constant', value };
    });
    return this.#overlay.query(policy, {
      kind: 'fact',
      atom: { modal: null, policy: null, table, args, columnArgs: [] },
    });
  }

  /** Whether rows of the two tables can depend on each other. */
  isRecursive(left: GroundRow, right: GroundRow): boolean {
    return (
      this.#reachable(nodeOf(left)).has(nodeOf(right)) && this.#reachable(nodeOf(right)).has(nodeOf(left))
    );
  }

  /** Tables that a table is derived from, over any number of rules; names as `policy:table`. */
  #reachable(from: string): ReadonlySet<string> {
    const known = this.#reach.get(from);
    if (known !== undefined) return known;
    const reached = new Set<string>();
    const stack = [from];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const colon = node.indexOf(':');
      for (const { policy, formula } of this.#rulesByTable(node.slice(0, colon)).get(node.slice(colon + 1)) ??
        []) {
        for (const { atom } of formula.body) {
          const read = `${atom.policy ?? policy}:${atom.table}`;
          if (isBuiltin(atom) || reached.has(read)) continue;
          reached.add(read);
          stack.push(read);
        }
      }
    }
    this.#reach.set(from, reached);
    return reached;
  }

  #rulesByTable(policy: string): ReadonlyMap<string, readonly OwnedRule[]> {
    const known = this.#rules.get(policy);
    if (known !== undefined) return known;
    const owner = this.#catalog.policyByName(policy);
    const byTable = new Map<string, OwnedRule[]>();
    for (const rule of owner === undefined ? [] : this.#catalog.rules(owner.id))
      addRule(byTable, policy, rule);
    this.#rules.set(policy, byTable);
    return byTable;
  }
}

function addRule(byTable: Map<string, OwnedRule[]>, policy: string, { id, text, formula }: StoredRule): void {
  if (formula.kind !== 'rule' || formula.heads[0]!.atom.modal !== null) return;
  const head = formula.heads[0]!.atom;
  const table = head.policy === null || head.policy === policy ? head.table : `${head.policy}:${head.table}`;
  const same = byTable.get(table);
  const owned = { policy, id, text, formula };
  if (same === undefined) byTable.set(table, [owned]);
  else same.push(owned);
}

export function referenceTo({ id, policy, text }: OwnedRule): RuleReference {
  return { id, policy, text };
}

export function isBuiltin(atom: Atom): boolean {
  return truthConstant(atom) !== undefined || builtinCalled(atom) !== undefined;
}

/** The row that a ground literal of a rule of `policy` is about. */
export function rowOf({ atom }: Literal, policy: string): GroundRow {
  const row = atom.args.flatMap((term) => (term.kind === 'constant' ? [term.value] : []));
  return { policy: atom.policy ?? policy, table: atom.table, row };
}

export function keyOf({ policy, table, row }: GroundRow): string {
  return `${policy}:${table}(${row.map((value) => `${typeof value} ${JSON.stringify(String(value))}`).join()})`;
}

function nodeOf({ policy, table }: GroundRow): string {
  return `${policy}:${table}`;
}

function factOf({ table, row }: GroundRow): Formula {
  return { kind: 'fact', atom: { modal: null, policy: null, table, args: constants(row), columnArgs: [] } };
}

/**
 * The rule with its head bound to a row; null when the head cannot be that row. Columns that aggregate take the value of
 * the row without binding anything: instances of the rule are then what the aggregates are computed from.
 */
export function boundTo({ formula }: OwnedRule, row: Tuple): Rule | null {
  const { heads, body, aggregates = [] } = formula;
  const head = heads[0]!.atom;
  const bindings = new Map<string, Term>();
  for (const [column, term] of head.args.entries()) {
    if (aggregates.some((aggregate) => aggregate.column === column)) continue;
    const value: Term = { kind: 'constant', value: row[column]! };
    const known = term.kind === 'constant' ? term : bindings.get(term.name);
    if (known === undefined && term.kind === 'variable') bindings.set(term.name, value);
    else if (known?.kind !== 'constant' || known.value !== value.value) return null;
  }
  const bind = (term: Term): Term => (term.kind === 'variable' ? (bindings.get(term.name) ?? term) : term);
  const literal = ({ negated, atom }: Literal): Literal => ({
    negated,
    atom: { ...atom, args: atom.args.map(bind) },
  });
  const bound: Literal = { negated: false, atom: { ...head, args: constants(row) } };
  return { kind: 'rule', heads: [bound], body: body.map(literal) };
}

export function isAggregating({ formula }: OwnedRule): boolean {
  return formula.aggregates !== undefined;
}
