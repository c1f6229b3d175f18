import { unreachable } from '../base/assert.ts';
import { pythonFloat } from './python-text.ts';
import type { Aggregate, Atom, Literal, Statement, Term } from './tree.ts';
import type { Value } from './value.ts';
import { isAnonymous } from './variables.ts';

/** The one text of a statement (reference 2.11). Reads back as itself unless a string holds its own quote. */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'fact':
      return printAtom(statement.atom);
    case 'rule': {
      const heads = statement.heads.map((head) => printHead(head, statement.aggregates));
      if (statement.body.length === 0) return heads.join(' ');
      return `${heads.join(', ')} :- ${statement.body.map(printLiteral).join(', ')}`;
    }
    case 'event': {
      const target = statement.target === null ? '' : ` for ${statement.target}`;
      return `${statement.operation}[${printStatement(statement.formula)}]${target}`;
    }
    default:
      return unreachable(statement);
  }
}

export function printLiteral(literal: Literal): string {
  return printHead(literal, undefined);
}

/** `modal[policy:table(args,column=term)]`: columns follow the arguments after a comma without a space. */
export function printAtom(atom: Atom): string {
  return printArguments(atom, atom.args.map(printTerm));
}

/** `table(app, count(vm))` where columns are aggregated. */
function printHead({ negated, atom }: Literal, aggregates: readonly Aggregate[] | undefined): string {
  const aggregated = new Map(aggregates?.map((aggregate) => [aggregate.column, aggregate]));
  const args = atom.args.map((term, at) => {
    const aggregate = aggregated.get(at);
    return aggregate === undefined ? printTerm(term) : printAggregate(aggregate);
  });
  const text = printArguments(atom, args);
  return negated ? `not ${text}` : text;
}

function printAggregate(aggregate: Aggregate): string {
  return `${aggregate.function}(${aggregate.over.join(', ')})`;
}

function printArguments(atom: Atom, printed: readonly string[]): string {
  const args = printed.join(', ');
  const columns = atom.columnArgs.map(({ column, term }) => `${column}=${printTerm(term)}`).join(', ');
  const separator = args !== '' && columns !== '' ? ',' : '';
  const plain = `${printTable(atom)}(${args}${separator}${columns})`;
  return atom.modal === null ? plain : `${atom.modal}[${plain}]`;
}

/** The table with its policy, as written; the modal is left out. */
function printTable(atom: Atom): string {
  return atom.policy === null ? atom.table : `${atom.policy}:${atom.table}`;
}

export function printTerm(term: Term): string {
  if (term.kind === 'constant') return printValue(term.value);
  return isAnonymous(term.name) ? '?' : term.name;
}

/** Strings in double quotes, nothing escaped; floats as Congress prints them, so `2.0` stays a float. */
export function printValue(value: Value): string {
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'bigint' ? value.toString() : pythonFloat(value);
}
