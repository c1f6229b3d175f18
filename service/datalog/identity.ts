import type { Aggregate, ColumnArgument, Formula, Literal, Term } from './tree.ts';
import type { Value } from './value.ts';
import { isAnonymous } from './variables.ts';

/**
 * When are two statements the same (reference 2.11)? Rules: the same set of heads and the same
 * body literals, counted, in any order, with the same variable names and constants of the same type. Facts: the same table
 * and equal values, where numbers are compared as numbers, so `p(1)` is `p(1.0)`; the modal and the qualifier of
 * a fact do not count (reference 2.4).
 */
export function sameStatement(left: Formula, right: Formula): boolean {
  return statementKey(left) === statementKey(right);
}

/** A text that is equal for the same statements of one policy and only for them; not for people. */
export function statementKey(formula: Formula): string {
  if (formula.kind === 'fact') {
    const { table, args, columnArgs } = formula.atom;
    return `${table}(${args.map(factTermKey).join(',')})${columnsKey(columnArgs)}`;
  }
  const heads = [...new Set(formula.heads.map(literalKey))].sort();
  const aggregates = formula.aggregates?.map(aggregateKey).join('&') ?? '';
  return `${heads.join('&')}${aggregates}:-${formula.body.map(literalKey).sort().join('&')}`;
}

/** Equal for literals of the same spelling; numbers of different type differ. */
export function literalKey({ negated, atom }: Literal): string {
  const { modal, policy, table, args, columnArgs } = atom;
  const name = `${negated ? '!' : ''}${modal ?? ''}[${policy ?? ''}:${table}`;
  return `${name}(${args.map(termKey).join(',')})${columnsKey(columnArgs)}`;
}

// Names hold no brackets, commas or quotes and strings are quoted as JSON, so keys are unambiguous.

function columnsKey(columnArgs: readonly ColumnArgument[]): string {
  return columnArgs.map(({ column, term }) => `,${column}=${termKey(term)}`).join('');
}

function aggregateKey({ column, function: name, over }: Aggregate): string {
  return `=${column}:${name}(${over.join(',')})`;
}

/** An anonymous variable is the same whatever its number. */
function termKey(term: Term): string {
  if (term.kind === 'constant') return valueKey(term.value);
  return isAnonymous(term.name) ? '?' : term.name;
}

function factTermKey(term: Term): string {
  return term.kind === 'variable' ? term.name : factValueKey(term.value);
}

function valueKey(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'bigint' ? `#${value}` : `~${value === 0 ? 0 : value}`;
}

function factValueKey(value: Value): string {
  return typeof value === 'number' && Number.isInteger(value) ? valueKey(BigInt(value)) : valueKey(value);
}
