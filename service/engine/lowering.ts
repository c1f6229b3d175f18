import { builtinCalled } from '../datalog/builtins.ts';
import type { Aggregate, Atom, Literal, Rule, Term } from '../datalog/tree.ts';
import { isAnonymous } from '../datalog/variables.ts';
import type { Aggregation } from './aggregation/aggregation.ts';
import { truthConstant } from './rule-form.ts';

/** A rule that needs nothing but joins, negation and builtins; or one that aggregates a single relation. */
export interface LoweredRule {
  /** Unique; rules of the same key are the same rule. */
  readonly key: string;
  readonly policy: string;
  /** Named in problems. */
  readonly ruleId: string;
  readonly rule: Rule;
  readonly aggregation?: Aggregation;
}

interface Owned {
  readonly policy: string;
  readonly ruleId: string;
  readonly rule: Rule;
}

/**
 * Rewrites a rule into simple ones, which are maintained like any other; the last defines the head as written.
 *
 * A negated literal with columns that may hold anything:
 *
 *     q(x) :- p(x), not t(x, ?)          columns(x) :- t(x, y)        q(x) :- p(x), not columns(x)
 *
 * An aggregate, over the different bindings of the variables that matter to it:
 *
 *     size(a, count(v)) :- body          bindings(a, v) :- body       groups(a, count) :- bindings(a, v), grouped
 *                                        size(a, n) :- groups(a, n)
 *
 * The relations in between have names that no rule can write ({@link publicTable}). Those of projections are shared.
 */
export function lowerRule({ policy, ruleId, rule }: Owned): readonly LoweredRule[] {
  const { body, projections } = lowerBody(policy, rule.body);
  const lowered = body === rule.body ? rule : { ...rule, body };
  return [...projections, ...lowerAggregates({ policy, ruleId, rule: lowered })];
}

/** The body without anonymous columns in negated literals, and the rules that define what it then reads. */
export function lowerBody(
  policy: string,
  body: readonly Literal[],
): { readonly body: readonly Literal[]; readonly projections: readonly LoweredRule[] } {
  if (!body.some(isProjected)) return { body, projections: [] };
  const projections: LoweredRule[] = [];
  const lowered = body.map((literal) => {
    if (!isProjected(literal)) return literal;
    const projection = projectionOf(policy, literal.atom);
    projections.push(projection.rule);
    return { negated: true, atom: projection.atom };
  });
  return { body: lowered, projections };
}

/** The table that a person knows: of a relation in between, the one it was made for. */
export function publicTable(table: string): string {
  const end = table.indexOf(separator);
  return end < 0 ? table : table.slice(0, end);
}

const separator = '\0';

/** Not of a builtin: there is nothing to project, and outputs that may be anything are left alone. */
function isProjected({ negated, atom }: Literal): boolean {
  if (!negated || truthConstant(atom) !== undefined) return false;
  return atom.args.some(isAnonymousTerm) && builtinCalled(atom) === undefined;
}

function isAnonymousTerm(term: Term): boolean {
  return term.kind === 'variable' && isAnonymous(term.name);
}

function projectionOf(policy: string, atom: Atom): { readonly rule: LoweredRule; readonly atom: Atom } {
  const owner = atom.policy ?? policy;
  const kept = atom.args.flatMap((term, column) => (isAnonymousTerm(term) ? [] : [column]));
  const table = `${atom.table}${separator}${atom.args.length}/${kept.join()}`;
  const all = atom.args.map((_, column) => variable(`c${column}`));
  const head: Atom = { ...plain, table, args: kept.map((column) => all[column]!) };
  const source: Atom = { ...plain, policy: owner, table: atom.table, args: all };
  return {
    rule: {
      key: `${separator}${owner}:${table}`,
      policy: owner,
      ruleId: `${owner}:${atom.table}`,
      rule: ruleOf(head, [{ negated: false, atom: source }]),
    },
    atom: { ...plain, policy: owner, table, args: kept.map((column) => atom.args[column]!) },
  };
}

/** The second half of {@link lowerRule}. A rule without aggregates stays as it is. */
export function lowerAggregates({ policy, ruleId, rule }: Owned): readonly LoweredRule[] {
  const { aggregates } = rule;
  if (aggregates === undefined) return [{ key: ruleId, policy, ruleId, rule }];
  const head = rule.heads[0]!.atom;
  const aggregated = new Map(aggregates.map((aggregate, at) => [aggregate.column, `aggregate ${at}`]));
  const groupTerms = head.args.filter((_, column) => !aggregated.has(column));
  const keys = namesOf(groupTerms);
  const values = valuesOf(rule, aggregates).filter((name) => !keys.includes(name));
  const names = [...keys, ...values];
  const bindings = atomOf(`${head.table}${separator}bindings ${ruleId}`, names);
  const groups = atomOf(`${head.table}${separator}groups ${ruleId}`, [...keys, ...aggregated.values()]);
  const results = head.args.map((term, column) => {
    const name = aggregated.get(column);
    return name === undefined ? term : variable(name);
  });
  const read = { negated: false, atom: bindings };
  return [
    { key: `${ruleId}${separator}bindings`, policy, ruleId, rule: ruleOf(bindings, rule.body) },
    {
      key: `${ruleId}${separator}groups`,
      policy,
      ruleId,
      rule: ruleOf(groups, [read]),
      aggregation: aggregationOf(names, keys.length, aggregates),
    },
    {
      key: ruleId,
      policy,
      ruleId,
      rule: ruleOf({ ...head, args: results }, [{ negated: false, atom: groups }]),
    },
  ];
}

/** Sums and averages take every binding of the variables that the body names; the others only their own. */
function valuesOf({ body }: Rule, aggregates: readonly Aggregate[]): readonly string[] {
  const own = aggregates.flatMap(({ over }) => over);
  if (!aggregates.some(({ function: name }) => name === 'sum' || name === 'avg')) return [...new Set(own)];
  const read = body.filter(({ atom }) => truthConstant(atom) === undefined);
  const named = namesOf(read.flatMap(({ atom }) => atom.args)).filter((name) => !isAnonymous(name));
  return [...new Set([...own, ...named])];
}

function aggregationOf(
  names: readonly string[],
  keys: number,
  aggregates: readonly Aggregate[],
): Aggregation {
  const columns = aggregates.map(({ function: name, over }) => {
    const rest = names.slice(keys).filter((value) => !over.includes(value));
    return {
      function: name,
      columns: over.map((value) => names.indexOf(value)),
      countsRows: rest.length === 0,
    };
  });
  return { keys, columns };
}

function namesOf(terms: readonly Term[]): readonly string[] {
  return [...new Set(terms.flatMap((term) => (term.kind === 'variable' ? [term.name] : [])))];
}

const plain = { modal: null, policy: null, columnArgs: [] } as const;

function atomOf(table: string, names: readonly string[]): Atom {
  return { ...plain, table, args: names.map(variable) };
}

function variable(name: string): Term {
  return { kind: 'variable', name };
}

function ruleOf(head: Atom, body: readonly Literal[]): Rule {
  return { kind: 'rule', heads: [{ negated: false, atom: head }], body };
}
