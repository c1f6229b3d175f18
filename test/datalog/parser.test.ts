import fc from 'fast-check';
import { Problem } from '../../service/base/problem.ts';
import { parse } from '../../service/datalog/parser.ts';
import { printStatement } from '../../service/datalog/printer.ts';
import { SyntaxProblem } from '../../service/datalog/problems.ts';
import { anyProgram } from './arbitrary-programs.ts';

function problemOf(text: string): SyntaxProblem {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof SyntaxProblem) return error;
    throw error;
  }
  throw new Error(`parsed: ${text}`);
}

describe('parse', () => {
  it('takes a text that looks like a command line option for text', () => {
    expect(problemOf('--input_string').message).toBe(
      "Parse failure.\nline:1,col:0  no viable alternative at input '-'",
    );
  });

  it('refuses integers that are not decimal, all of them, with their positions', () => {
    const problem = problemOf('p(0x1F) :- q(0o17=x,\n 0B1)');
    expect(problem.code).toBe('compiler-errors');
    expect(problem.findings.filter(({ line }) => line !== null)).toMatchObject([
      { line: 1, column: 2, text: 'integer `0x1F` is not written in decimal' },
      { line: 1, column: 13, text: 'integer `0o17` is not written in decimal' },
    ]);
  });

  it('lists every error of a text, lexical ones alone when there are any', () => {
    expect(problemOf('p(@) q($').findings.map(({ text }) => text)).toEqual([
      "no viable alternative at character '@'",
      "no viable alternative at character '$'",
    ]);
    expect(problemOf('p(x) :- q(x,), r(1 2)\nt(').findings).toHaveLength(3);
  });

  it('counts columns in code points', () => {
    expect(problemOf('p("\\\u{1F600}") @').findings).toMatchObject([
      { line: 1, column: 8, text: "no viable alternative at character '@'" },
    ]);
  });

  it('keeps integers of any size and the text of strings', () => {
    const digits = '123456789012345678901234567890';
    expect(parse(`p(${digits}, "a\\"b", 'c"d', u"x")`).map(printStatement)).toEqual([
      `p(${digits}, "a\\"b", "c"d", ""x")`,
    ]);
  });

  it('is undone by printing and printing by it', () => {
    fc.assert(
      fc.property(anyProgram, (program) => {
        expect(parse(program.map(printStatement).join('\n'))).toEqual(program);
      }),
      { numRuns: 500 },
    );
  });
});

describe('parse of hostile texts', () => {
  const parses = (text: string) => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  };

  it('throws nothing but a Problem for any characters', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom(...'pq("\')0.e+x\\#/*\n\r:-,;[]=!ubr é\u{1F600}\ud800'),
        maxLength: 40,
      }),
    );
    fc.assert(fc.property(anyText, parses), { numRuns: 10_000 });
  });

  it('throws nothing but a Problem for any tokens', () => {
    const words =
      'p q nova : ( ( ) ) , , :- [ ] execute insert delete not NOT = + - . ; 0 12 1.5 "s" x y'.split(' ');
    const anyTokens = fc.array(fc.constantFrom(...words), { maxLength: 40 });
    fc.assert(
      fc.property(anyTokens, (tokens) => parses(tokens.join(' '))),
      { numRuns: 10_000 },
    );
  });

  it.each([
    'p:',
    'p(',
    'p(x,',
    'p(x=',
    'p(x,y',
    'insert[',
    'not ',
    '. ',
    '.5e',
    '"',
    '/*',
    '@',
    '0',
    'p, ',
    'p :- ',
    "''",
    '1e',
  ])('ends soon for many times %j', (piece) => {
    const text = piece.repeat(Math.floor(65_536 / piece.length));
    const startedMs = performance.now();
    parses(`${text}7`);
    // Quadratic behaviour takes half a minute and more.
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it('stops after a hundred errors', () => {
    expect(problemOf('@'.repeat(1_000)).findings).toHaveLength(100);
    expect(problemOf('p( '.repeat(1_000)).findings.length).toBeLessThanOrEqual(100);
  });
});
