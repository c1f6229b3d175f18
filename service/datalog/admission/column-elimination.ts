import { printLiteral, printTerm } from '../printer.ts';
import type { Atom, Formula, Literal, Rule, Term } from '../tree.ts';
import { variablesOfLiterals } from '../variables.ts';
import type { AdmissionContext } from './admission-context.ts';
import { literalRanks } from './literal-rank.ts';

/** `incomplete`: a schema that the statement needs is not known (yet). */
export type Eliminated =
  | { readonly kind: 'formula'; readonly formula: Formula }
  | { readonly kind: 'incomplete' | 'refused'; readonly message: string };

/**
 * The statement with arguments only: column references put in their place, missing arguments of tables whose
 * number of columns is known filled with fresh variables (reference 2.6). Stops at the first literal that
 * cannot be resolved, with everything that is wrong with that one.
 */
export function eliminateColumns(formula: Formula, policy: string, context: AdmissionContext): Eliminated {
  try {
    return { kind: 'formula', formula: resolved(formula, policy, context) };
  } catch (error) {
    if (error instanceof Unresolved) return error.outcome;
    throw error;
  }
}

class Unresolved extends Error {
  readonly outcome: Eliminated;

  constructor(kind: 'incomplete' | 'refused', message: string) {
    super(message);
    this.outcome = { kind, message };
  }
}

type FreshVariable = (column: number) => string;

function resolved(formula: Formula, policy: string, context: AdmissionContext): Formula {
  if (formula.kind === 'fact') {
    // Fresh variables of a fact are bare numbers: they only show up in "Fact not ground".
    const literal = resolveLiteral(
      { negated: false, atom: formula.atom },
      { policy, context, fresh: String },
    );
    return { kind: 'fact', atom: literal.atom };
  }
  const names = new FreshNames(formula);
  const heads = formula.heads.map((head, i) =>
    resolveLiteral(head, { policy, context, fresh: (column) => names.ofHead(i, column) }),
  );
  const body = formula.body.map((literal) => {
    const mark = mayBeAnything(literal, formula, { policy, context }) ? '?' : '';
    return resolveLiteral(literal, {
      policy,
      context,
      fresh: (column) => mark + names.ofBody(literal, column),
    });
  });
  return { ...formula, heads, body };
}

/**
 * Whether columns that were left out are anonymous. Congress names them, and so refuses a negated literal that
 * leaves out columns of a data source table (decision 0103). In a rule with aggregates, what nobody wrote must not
 * be counted.
 */
function mayBeAnything({ negated, atom }: Literal, rule: Rule, { policy, context }: Surroundings): boolean {
  if (rule.aggregates !== undefined) return true;
  if (!negated || context.refusesOmittedInNegation === true) return false;
  return context.isDataSource(atom.policy ?? policy);
}

interface Surroundings {
  readonly policy: string;
  readonly context: AdmissionContext;
}

interface Resolving extends Surroundings {
  readonly fresh: FreshVariable;
}

function resolveLiteral(literal: Literal, { policy, context, fresh }: Resolving): Literal {
  const { atom } = literal;
  const owner = atom.policy ?? policy;
  const columns = atom.columnArgs.length === 0 ? undefined : columnsFor(literal, owner, context);
  const arity = columns?.length ?? knownArity(owner, atom.table, context);
  if (arity === undefined || (columns === undefined && atom.args.length >= arity)) return literal;
  const byPosition = columns === undefined ? new Map<number, Term>() : placeColumns(literal, columns);
  const args = [...atom.args];
  for (let position = args.length; position < arity; position += 1)
    args.push(byPosition.get(position) ?? { kind: 'variable', name: fresh(position) });
  return { ...literal, atom: { ...atom, args, columnArgs: [] } };
}

/** Columns of the table that `owner` has under this name, as far as somebody says so. */
export function knownArity(owner: string, table: string, context: AdmissionContext): number | undefined {
  if (!context.isDataSource(owner)) return context.arityOf(owner, table);
  const columns = context.dataSourceColumns(owner, table);
  return typeof columns === 'string' ? undefined : columns?.length;
}

function columnsFor(literal: Literal, owner: string, context: AdmissionContext): readonly string[] {
  const text = () => printLiteral(literal);
  const columns = context.isDataSource(owner)
    ? context.dataSourceColumns(owner, literal.atom.table)
    : undefined;
  if (columns === 'unknown-table')
    throw new Unresolved('incomplete', `Literal ${text()} uses unknown table ${literal.atom.table}.`);
  if (columns !== undefined) return columns;
  if (context.policyKind(owner) === undefined)
    throw new Unresolved('incomplete', `Literal ${text()} uses named arguments, but the schema is unknown.`);
  throw new Unresolved(
    'refused',
    `Literal ${text()} uses column references, but '${owner}' does not reference a datasource policy.`,
  );
}

/** The terms of the column references by position. Numbers come before names in `columnArgs`. */
function placeColumns(literal: Literal, columns: readonly string[]): ReadonlyMap<number, Term> {
  const { args, columnArgs }: Atom = literal.atom;
  const text = () => printLiteral(literal);
  const isReferenced = (wanted: string | number) => columnArgs.some(({ column }) => column === wanted);
  const placed = new Map<number, Term>();
  const errors: string[] = [];
  for (const { column, term } of columnArgs) {
    if (typeof column === 'number') {
      const about = () => `In literal ${text()} column index ${column}`;
      const name = columns[column];
      if (name === undefined) errors.push(`${about()} is too large`);
      if (column < args.length) errors.push(`${about()}  is already provided by position.`);
      if (name !== undefined && isReferenced(name))
        errors.push(`${about()} references column ${name}, which is also referenced by name.))`);
      placed.set(column, term);
      continue;
    }
    const position = columns.indexOf(column);
    const about = `column name ${column} references position ${position}, which`;
    if (position < 0) {
      errors.push(`In literal ${text()} column name ${column} does not exist`);
      continue;
    }
    if (position < args.length) errors.push(`In literal ${text()} ${about} is already provided by position.`);
    if (isReferenced(position)) errors.push(`In literal ${text()} ${about} is also referenced by number.))`);
    const other = placed.get(position);
    if (other !== undefined)
      errors.push(`In literal ${text()}, ${about} already has reference ${printTerm(other)}`);
    placed.set(position, term);
  }
  if (errors.length > 0) throw new Unresolved('refused', errors.join(' '));
  return placed;
}

/**
 * Names of fresh variables: a prefix that no variable of the rule starts with, the rank of the literal, the
 * number of the column. Where two places would get the same name, or the name stands in a column reference,
 * the prefix grows: Congress joins such columns by accident (decision 0102).
 */
class FreshNames {
  readonly #rule: Rule;
  /** Who has a name: a place `h<head>.<column>` or `b<rank>.<column>`, or the empty text for a column reference. */
  readonly #users = new Map<string, string>();
  #prefix = '';
  #ranks: ReadonlyMap<Literal, number> = new Map();

  constructor(rule: Rule) {
    this.#rule = rule;
  }

  ofHead(index: number, column: number): string {
    this.#prepare();
    return this.#name(`h${index}.${column}`, `${index}${column}`);
  }

  ofBody(literal: Literal, column: number): string {
    this.#prepare();
    const rank = this.#ranks.get(literal);
    return this.#name(`b${rank}.${column}`, `${rank}${column}`);
  }

  /** Most rules need no fresh variable, so this waits for the first. */
  #prepare(): void {
    if (this.#prefix !== '') return;
    const literals = [...this.#rule.heads, ...this.#rule.body];
    const variables = [...variablesOfLiterals(literals)];
    this.#prefix = 'x_';
    while (variables.some((name) => name.startsWith(this.#prefix))) this.#prefix += '_';
    for (const { atom } of literals)
      for (const { term } of atom.columnArgs) if (term.kind === 'variable') this.#users.set(term.name, '');
    this.#ranks = literalRanks(this.#rule.body);
  }

  #name(user: string, number: string): string {
    for (let prefix = this.#prefix; ; prefix += '_') {
      const name = prefix + number;
      const holder = this.#users.get(name) ?? user;
      this.#users.set(name, holder);
      if (holder === user) return name;
    }
  }
}
