import type { Atom, Formula, Literal, Rule, Statement, Term } from '../../datalog/tree.ts';
import type { Value } from '../../datalog/value.ts';

/** A statement of a sequence: an atom, or a rule with one head or several; nothing else is one (reference 3.6). */
export type SequenceStatement = Formula;

/** The statement if it can stand in a sequence, else undefined: events and negated heads cannot. */
export function sequenceStatement(statement: Statement): SequenceStatement | undefined {
  if (statement.kind === 'event') return undefined;
  return statement.kind === 'rule' && statement.heads.some(({ negated }) => negated) ? undefined : statement;
}

/** The first head. */
export function headOf(formula: Formula): Atom {
  return formula.kind === 'fact' ? formula.atom : formula.heads[0]!.atom;
}

/** The table with its qualifier, as written; the modal does not count. */
export function writtenTable({ policy, table }: Atom): string {
  return policy === null ? table : `${policy}:${table}`;
}

export function isUpdate({ table }: Atom): boolean {
  return table.endsWith('+') || table.endsWith('-');
}

/** What an update puts in or takes out: the formula without sign and without qualifier, and where. */
export interface Update {
  readonly insert: boolean;
  /** As written in the head; null means the queried policy. */
  readonly policy: string | null;
  /** One head: further heads of a rule do not count (reference 3.6). */
  readonly formula: Formula;
}

export function updateOf(formula: Formula): Update {
  const head = headOf(formula);
  const plain: Atom = { ...head, policy: null, table: head.table.slice(0, -1) };
  const insert = head.table.endsWith('+');
  if (formula.kind === 'fact') return { insert, policy: head.policy, formula: { kind: 'fact', atom: plain } };
  const rule: Rule = { ...formula, heads: [{ negated: false, atom: plain }] };
  return { insert, policy: head.policy, formula: rule };
}

/** The answer of a query as something that came (`+`) or went (`-`): the sign goes to the table of each head. */
export function marked(formula: Formula, sign: '+' | '-'): Formula {
  const mark = (atom: Atom): Atom => ({ ...atom, table: `${atom.table}${sign}` });
  if (formula.kind === 'fact') return { kind: 'fact', atom: mark(formula.atom) };
  const heads = formula.heads.map((head): Literal => ({ ...head, atom: mark(head.atom) }));
  return { ...formula, heads };
}

export function isGround({ args, columnArgs }: Atom): boolean {
  return args.every(({ kind }) => kind === 'constant') && columnArgs.length === 0;
}

/** Values of a fact of a simulation: a variable stands for the text of its name (reference 3.6). */
export function valuesOf(args: readonly Term[]): readonly Value[] {
  return args.map((term) => (term.kind === 'constant' ? term.value : term.name));
}

export function constants(values: readonly Value[]): readonly Term[] {
  return values.map((value) => ({ kind: 'constant', value }));
}
