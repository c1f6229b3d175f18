import type { Atom, Formula, Literal, Rule, Term } from '../datalog/tree.ts';
import type { Tuple, Value } from '../datalog/value.ts';
import { isAnonymous } from '../datalog/variables.ts';
import { boundRows } from './bound-query.ts';
import type { BuiltinRegistry } from './builtins/registry.ts';
import type { RelationName } from './engine-change.ts';
import type { Evaluator } from './evaluator.ts';
import type { Interner } from './interner.ts';
import { lowerBody } from './lowering.ts';
import type { Materialiser } from './materialiser.ts';
import type { NodeRegistry } from './node-registry.ts';
import { AggregateInQuery } from './problems.ts';
import type { RelationNode, RuleForm } from './program.ts';
import { Relation } from './relation.ts';
import { bodyName, ruleForm, truthConstant } from './rule-form.ts';
import { BuildSink } from './sinks.ts';

export interface QueryParts {
  readonly interner: Interner;
  readonly builtins: BuiltinRegistry;
  readonly nodes: NodeRegistry;
  readonly evaluator: Evaluator;
  readonly materialiser: Materialiser;
}

/** The ground instances of a query (reference 3.1), as a set. */
export function answerQuery(policy: string, query: Formula, parts: QueryParts): readonly Formula[] {
  if (query.kind === 'fact' && isRelationAtom(query.atom, parts))
    return answerAtom(policy, query.atom, parts);
  return answerBody(policy, query, parts);
}

function isRelationAtom(atom: Atom, { builtins }: QueryParts): boolean {
  return truthConstant(atom) === undefined && builtins.find(atom) === undefined;
}

/** One literal over a relation: its constants bind columns, of the stored relation or of a question from the top. */
function answerAtom(policy: string, atom: Atom, parts: QueryParts): readonly Formula[] {
  const { interner, nodes, materialiser } = parts;
  const node = nodes.find(bodyName(policy, atom));
  if (node === undefined) return [];
  const columns: number[] = [];
  const key: number[] = [];
  for (const [column, term] of atom.args.entries()) {
    if (term.kind !== 'constant') continue;
    columns.push(column);
    // A rule may compute a value that no row holds yet.
    key.push(node.isAvailable ? interner.find(term.value) : interner.intern(term.value));
  }
  if (key.includes(-1)) return [];
  const found = boundRows(node, { columns, key }, parts);
  if (found === null) materialiser.ensure(node);
  const source = found ?? node.source;
  const answers: Formula[] = [];
  for (const row of found === null ? source.lookUp(columns, key) : source.lookUp([], [])) {
    const tuple = source.columns.map((column) => interner.values[column[row]!]!);
    if (agrees(atom.args, tuple))
      answers.push({ kind: 'fact', atom: { ...atom, args: tuple.map(constant) } });
  }
  return answers;
}

/** Whether columns of the same variable hold the same value. */
function agrees(args: readonly Term[], tuple: Tuple): boolean {
  return args.every((term, at) => {
    if (term.kind === 'constant') return true;
    const first = args.findIndex((other) => other.kind === 'variable' && other.name === term.name);
    return first === at || tuple[first] === tuple[at];
  });
}

function constant(value: Value): Term {
  return { kind: 'constant', value };
}

/** A rule whose head holds all variables collects the bindings. */
function answerBody(policy: string, query: Formula, parts: QueryParts): readonly Formula[] {
  const { interner, builtins, nodes, evaluator, materialiser } = parts;
  const intern = (value: Value) => interner.intern(value);
  if (query.kind === 'rule' && query.aggregates !== undefined) throw new AggregateInQuery();
  const { body, projections } = lowerBody(policy, queryBody(query));
  const names = variablesOf(body);
  const projected = new Map<string, RelationNode>();
  const nodeOf = (name: RelationName) =>
    nodes.find(name) ?? projected.get(`${name.policy}:${name.table}`) ?? nodes.transient(name);
  const formOf = (rule: Rule, owner: string): RuleForm =>
    ruleForm(rule, { policy: owner, ruleId: 'query', builtins, intern, nodeOf });
  for (const { rule, policy: owner } of projections) {
    const { head, ...rest } = formOf(rule, owner);
    projected.set(`${owner}:${head.node.name.table}`, head.node);
    if (head.node.rules.length === 0 && head.node.facts.size === 0) fill({ head, ...rest }, parts);
  }
  const form = formOf(collector(names, body), policy);
  materialiser.ensureBody(form);
  const bindings = new Relation(names.length, () => interner.limit);
  evaluator.all(form, 1, new BuildSink(bindings, evaluator.runtime.budget));
  return instances(query, names, bindings, interner);
}

/** Computes a relation that no rule of the engine defines, for this query only. */
function fill(form: RuleForm, { evaluator, materialiser }: QueryParts): void {
  for (const literal of form.body) if (literal.kind === 'relation') materialiser.ensure(literal.node);
  evaluator.all(form, 1, new BuildSink(form.head.node.facts, evaluator.runtime.budget));
}

function instances(
  query: Formula,
  names: readonly string[],
  bindings: Relation,
  interner: Interner,
): readonly Formula[] {
  const answers: Formula[] = [];
  for (let row = 1; row < bindings.end; row++) {
    const tuple = bindings.columns.map((column) => interner.values[column[row]!]!);
    answers.push(instance(query, names, tuple));
  }
  return answers;
}

/** The literals that answers of a query make true. */
export function queryBody(query: Formula): readonly Literal[] {
  return query.kind === 'rule' ? query.body : [{ negated: false, atom: query.atom }];
}

/** Variables that get a value; truth constants ignore their arguments. */
export function variablesOf(body: readonly Literal[]): readonly string[] {
  const names = new Set<string>();
  for (const { atom, negated } of body) {
    if (truthConstant(atom) !== undefined) continue;
    for (const term of atom.args) {
      if (term.kind === 'variable' && !(negated && isAnonymous(term.name))) names.add(term.name);
    }
  }
  return [...names];
}

/** A rule whose head holds these variables. */
export function collector(names: readonly string[], body: readonly Literal[]): Rule {
  const args = names.map((name): Term => ({ kind: 'variable', name }));
  const atom: Atom = { modal: null, policy: null, table: 'query', args, columnArgs: [] };
  return { kind: 'rule', heads: [{ negated: false, atom }], body };
}

/** The query with values in the place of these variables; others stay. */
export function instance(query: Formula, names: readonly string[], tuple: Tuple): Formula {
  const values = new Map<string, Value>(names.map((name, at) => [name, tuple[at]!]));
  return substitute(query, values);
}

function substitute(query: Formula, values: ReadonlyMap<string, Value>): Formula {
  if (query.kind === 'fact') return { kind: 'fact', atom: substituteAtom(query.atom, values) };
  const literal = ({ negated, atom }: Literal) => ({ negated, atom: substituteAtom(atom, values) });
  return { kind: 'rule', heads: query.heads.map(literal), body: query.body.map(literal) };
}

function substituteAtom(atom: Atom, values: ReadonlyMap<string, Value>): Atom {
  const args = atom.args.map((term): Term => {
    const value = term.kind === 'variable' ? values.get(term.name) : undefined;
    return value === undefined ? term : { kind: 'constant', value };
  });
  return { ...atom, args };
}
