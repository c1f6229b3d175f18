import { parse } from '../../service/datalog/parser.ts';
import { printStatement, printValue } from '../../service/datalog/printer.ts';
import type { Statement, Term } from '../../service/datalog/tree.ts';
import type { Value } from '../../service/datalog/value.ts';
import random from './parse-random.json' with { type: 'json' };
import vectors from './parse.json' with { type: 'json' };

/** Where we answer otherwise on purpose; what we answer is tested in test/datalog/parser.test.ts. */
const differences: ReadonlyMap<string, string> = new Map([
  ['p(0o17)', 'an internal error in Congress, a syntax error here: docs/decisions/0101'],
  ['p(0b11)', 'an internal error in Congress, a syntax error here: docs/decisions/0101'],
  ['--input_string', 'Congress takes the text for an option, we take it for text: docs/decisions/0101'],
]);

const same = vectors.parse.filter(({ input }) => !differences.has(input));
const different = vectors.parse.filter(({ input }) => differences.has(input));

describe('texts parse as in OpenStack Congress', () => {
  it.each(same)('$input', (vector) => {
    const expected = vector.ok ? vector.statements : vector.message;
    expect(outcome(vector.input, described)).toEqual(expected);
  });

  it.skip.each(different)('$input', () => {});

  it('of which only the known ones differ', () => {
    expect(different.map(({ input }) => input).sort()).toEqual([...differences.keys()].sort());
  });

  it.each(random.cases)('$input', (vector) => {
    expect(outcome(vector.input, printStatement)).toEqual(vector.statements ?? vector.message);
  });
});

function outcome(text: string, show: (statement: Statement) => unknown): unknown {
  try {
    return parse(text).map(show);
  } catch (error) {
    return (error as Error).message;
  }
}

function described(statement: Statement): unknown {
  if (statement.kind === 'event') {
    const { operation, formula, target } = statement;
    return { event: operation, formula: printStatement(formula), target };
  }
  const text = printStatement(statement);
  if (statement.kind === 'rule') return { text };
  const { args, columnArgs } = statement.atom;
  const named = columnArgs.map(({ column, term }) => [String(column), printedTerm(term)]);
  return { text, args: args.map(describedTerm), named: Object.fromEntries(named) };
}

function describedTerm(term: Term): unknown {
  if (term.kind === 'variable') return { variable: term.name };
  return { type: typeName(term.value), value: plain(term.value) };
}

function printedTerm(term: Term): string {
  return term.kind === 'variable' ? term.name : printValue(term.value);
}

function typeName(value: Value): string {
  if (typeof value === 'string') return 'STRING';
  return typeof value === 'bigint' ? 'INTEGER' : 'FLOAT';
}

function plain(value: Value): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return printValue(value);
  return typeof value === 'bigint' ? Number(value) : value;
}
