import fc from 'fast-check';
import { formulaFromJson, formulaToJson } from '../../service/datalog/formula-json.ts';
import { sameStatement, statementKey } from '../../service/datalog/identity.ts';
import { parse } from '../../service/datalog/parser.ts';
import { printStatement } from '../../service/datalog/printer.ts';
import { SyntaxProblem } from '../../service/datalog/problems.ts';
import { parseProgram } from '../../service/datalog/program-text.ts';
import type { Formula } from '../../service/datalog/tree.ts';
import { anyExtendedProgram } from './arbitrary-programs.ts';
import { FakeCatalog } from './fake-catalog.ts';

function formula(text: string): Formula {
  return parseProgram(text)[0] as Formula;
}

function message(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
  throw new Error('parsed');
}

function world(): FakeCatalog {
  return new FakeCatalog({
    policies: { test: 'nonrecursive', loop: 'z3', db: 'database' },
    dataSources: { nova: { q: ['id', 'name', 'status'] } },
    recursivePolicies: ['loop'],
    hasAdditions: true,
  });
}

function insert(catalog: FakeCatalog, policy: string, text: string): readonly string[] {
  const result = catalog.admit(policy, parseProgram(text));
  return result.kind === 'refused'
    ? result.errors
    : result.admitted.map((statement) => printStatement(statement.formula));
}

describe('the additions to the language', () => {
  it('are undone by printing and printing by them', () => {
    fc.assert(
      fc.property(anyExtendedProgram, (program) => {
        expect(parseProgram(program.map(printStatement).join('\n'))).toEqual(program);
      }),
      { numRuns: 500 },
    );
  });

  it('survive durable JSON', () => {
    fc.assert(
      fc.property(anyExtendedProgram, (program) => {
        for (const statement of program as Formula[])
          expect(formulaFromJson(JSON.parse(JSON.stringify(formulaToJson(statement))))).toEqual(statement);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['p(-1)', 'p(-1)'],
    ['p(-0, -1.5, -.5, -2e3, -1e400)', 'p(0, -1.5, -0.5, -2000.0, -inf)'],
    ['q(x) :- p(x, -7), lt(-3, x)', 'q(x) :- p(x, -7), lt(-3, x)'],
    ['q(x) :- nova:p(t=-7, x=x)', 'q(x) :- nova:p(t=-7, x=x)'],
    ['q(x) :- p(x, ?), not r(?, x, ?)', 'q(x) :- p(x, ?), not r(?, x, ?)'],
    ['p(?)', 'p(?)'],
    ['n(a, count( v,w )) :- r(a, v, w)', 'n(a, count(v, w)) :- r(a, v, w)'],
    ['execute[nova:stop(max(x))] :- r(x)', 'execute[nova:stop(max(x))] :- r(x)'],
    ['count(x) :- sum(x), min(x)', 'count(x) :- sum(x), min(x)'],
    ['n(count, sum(count)) :- r(count)', 'n(count, sum(count)) :- r(count)'],
  ])('%s is read as %s', (text, printed) => {
    expect(parseProgram(text).map(printStatement)).toEqual([printed]);
  });

  it.each([
    'p(- 1)',
    'p(--1)',
    'p(+1)',
    'p(-x)',
    'p(-007)',
    'p(-1=x)',
    'p(f(x))',
    'p(count(x))',
    'q(x) :- p(count(x))',
    'q(count(x)), r(x) :- p(x)',
    'not q(count(x)) :- p(x)',
    'q(count()) :- p(x)',
    'q(count(1)) :- p(x)',
    'q(count(?)) :- p(x)',
    'q(sum(x, y)) :- p(x, y)',
    'q(n=count(x)) :- p(x)',
    'q(count(count(x))) :- p(x)',
    'q(?) :- p(x)',
    '?(x) :- p(x)',
    'q(x) :- ?:p(x)',
    'q(x) :- p(?=x)',
    'insert[q(count(x)) :- p(count(x))]',
  ])('refuse %s in the words of Congress', (text) => {
    expect(message(() => parseProgram(text))).toBe(message(() => parse(text)));
  });

  it('know a statement whatever the order of its body and the numbers of its `?`', () => {
    expect(sameStatement(formula('q(x) :- p(x, ?), r(?, ?)'), formula('q(x) :- r(?, ?), p(x, ?)'))).toBe(
      true,
    );
    const different = ['p(x)', 'count(x)', 'count(x, y)', 'sum(x)', 'avg(x)', 'x'].map((term) =>
      term === 'p(x)' ? 'n(y, x) :- t(x, y), t(?, y)' : `n(y, ${term}) :- t(x, y)`,
    );
    expect(new Set(different.map((text) => statementKey(formula(text)))).size).toBe(different.length);
  });
});

describe('admission of the additions', () => {
  it('takes omitted columns of a negated data source table for any value', () => {
    const catalog = world();
    expect(insert(catalog, 'test', 'r(x) :- s(x), not nova:q(id=x)')).toEqual([
      'r(x) :- s(x), not nova:q(x, ?, ?)',
    ]);
    expect(insert(catalog, 'test', 'r(x) :- s(x), not nova:q(status="up")')).toEqual([
      'r(x) :- s(x), not nova:q(?, ?, "up")',
    ]);
    expect(insert(catalog, 'test', 'r(x) :- s(x), not nova:q(x)')).toEqual([]);
    expect(insert(catalog, 'test', 'r(x) :- s(x), not nova:q(name=y)')).toEqual([
      "Could not reorder rule r(x) :- s(x), not nova:q(?, y, ?).  Unsafe lits: not nova:q(?, y, ?) (vars {'y'})",
    ]);
  });

  it('leaves negated tables of policies as they are in Congress', () => {
    const catalog = world();
    insert(catalog, 'test', 't(1, 2)');
    expect(insert(catalog, 'test', 'r(x) :- s(x), not t(x)')).toEqual([
      "Could not reorder rule r(x) :- s(x), not t(x, x_11).  Unsafe lits: not t(x, x_11) (vars {'x_11'})",
    ]);
    expect(insert(catalog, 'test', 'r(x) :- s(x), not t(x, ?)')).toEqual(['r(x) :- s(x), not t(x, ?)']);
  });

  it('does not count columns that nobody wrote', () => {
    expect(insert(world(), 'test', 'n(s, sum(x)) :- nova:q(status=s, id=x)')).toEqual([
      'n(s, sum(x)) :- nova:q(x, ?, s)',
    ]);
  });

  it('wants aggregated variables bound', () => {
    expect(insert(world(), 'test', 'n(count(x, z)) :- t(x)')).toEqual([
      'Variable z found in head but not in body, rule n(count(x, z)) :- t(x)',
    ]);
  });

  it('refuses recursion through an aggregate, with the cycle', () => {
    const catalog = world();
    insert(catalog, 'loop', 'a(x) :- b(x)');
    expect(catalog.admit('loop', parseProgram('b(count(x)) :- a(x)'))).toEqual({
      kind: 'refused',
      errors: ['Rules are recursive through a negation or an aggregate: loop:b -> loop:a -> loop:b'],
      cycle: ['loop:b', 'loop:a', 'loop:b'],
      isUnstratified: true,
    });
    expect(insert(catalog, 'loop', 'c(count(x)) :- a(x)')).toEqual(['c(count(x)) :- a(x)']);
  });

  it('keeps the names of new builtins free for tables', () => {
    const catalog = world();
    expect(
      insert(catalog, 'test', 'contains(x, y) :- p(x), split(x, ",", y), other:lower(x, y)'),
    ).toHaveLength(1);
    expect(insert(catalog, 'test', 'q(x) :- p(x), builtin:contains(x, y)')).toEqual([
      "Could not reorder rule q(x) :- p(x), builtin:contains(x, y).  Unsafe lits: builtin:contains(x, y) (vars {'y'})",
    ]);
  });

  it('wants inputs of builtins bound, also under not, and outputs unless they may be anything', () => {
    expect(insert(world(), 'test', 'q(x) :- p(x), not builtin:int(x, ?)')).toHaveLength(1);
    expect(insert(world(), 'test', 'q(x) :- p(x), not builtin:int(?, x)')).toEqual([
      "Could not reorder rule q(x) :- p(x), not builtin:int(?, x).  Unsafe lits: not builtin:int(?, x) (vars {'?1'})",
    ]);
  });
});
