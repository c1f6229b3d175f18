import { unreachable } from '../base/assert.ts';
import { pythonFloat } from './python-text.ts';
import type { Atom, Literal, Statement, Term } from './tree.ts';
import type { Value } from './value.ts';

/** The one text of a statement (reference 2.11). Reads back as itself unless a string holds its own quote. */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'fact':
      return printAtom(statement.atom);
    case 'rule': {
      const heads = statement.heads.map(printLiteral);
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
  const atom = printAtom(literal.atom);
  return literal.negated ? `not ${atom}` : atom;
}

/** `modal[policy:table(args,column=term)]`: columns follow the arguments after a comma without a space. */
export function printAtom(atom: Atom): string {
  const args = atom.args.map(printTerm).join(', ');
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
  return term.kind === 'variable' ? term.name : printValue(term.value);
}

/** Strings in double quotes, nothing escaped; floats as Congress prints them, so `2.0` stays a float. */
export function printValue(value: Value): string {
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'bigint' ? value.toString() : pythonFloat(value);
}
