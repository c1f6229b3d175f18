import { problemsOf } from '../../service/datalog/text-problems.ts';
import { FakeCatalog } from './fake-catalog.ts';

function world(): FakeCatalog {
  const catalog = new FakeCatalog({
    policies: { test: 'nonrecursive', loop: 'z3', act: 'action', db: 'database' },
    dataSources: { nova: { q: ['id', 'name', 'status'] } },
    recursivePolicies: ['loop'],
    hasAdditions: true,
  });
  catalog.insert('test', 'known(1, 2)');
  return catalog;
}

/** `line:column message`, without hints. */
function problems(text: string, policy = 'test'): readonly string[] {
  return problemsOf(text, { policy, context: world() }).map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
}

describe('problemsOf', () => {
  it('finds nothing in statements that may enter, with our additions or without', () => {
    expect(problems('p(1) q(x) :- p(x), not nova:q(id=x)\nn(count(x)) :- p(x) r(-1)')).toEqual([]);
    expect(problems('')).toEqual([]);
  });

  it('lists wrong characters and, on other lines, wrong words', () => {
    expect(problems('p(@)\nq(x) :- r(x,)\nt(1 2) $')).toEqual([
      "1:2 no viable alternative at character '@'",
      "2:12 no viable alternative at input ')'",
      "3:7 no viable alternative at character '$'",
    ]);
  });

  it('reads a text as it was meant: with our additions where it gets further that way', () => {
    expect(problems('size(a, count(v)) :- runs(a, v), t(')).toEqual([
      "1:35 mismatched input '<EOF>' expecting RPAREN",
    ]);
    expect(problems('size(a, count(v) :- runs(a, v)')).toEqual(["1:17 no viable alternative at input ':-'"]);
    expect(problems('p(?) :- q(?)')).toEqual(['1:2 `?` has no value and cannot be in a head']);
  });

  it('tells the place of column references, which messages of Congress do not', () => {
    expect(problems('p(x) :- nova:q(id=x,\n  id=y, x)')).toEqual([
      '2:2 In atom nova:q(id=x,id=y) multiple values for column name id were provided',
      '2:8 Atom nova:q(id=x,id=y) has a positional parameter after a reference parameter',
    ]);
  });

  it('lists everything that is wrong with every statement, at the literal concerned', () => {
    expect(
      problems(
        'p(x) :-\n  nova:q(color=x),\n  nova:z(id=x),\n  known(x, y, z)\nq(a) :- r(b), not s(c)\nt(u)',
      ),
    ).toEqual([
      '2:2 In literal nova:q(color=x) column name color does not exist',
      '3:2 Literal nova:z(id=x) uses unknown table z.',
      '4:2 Literal known(x, y, z) contained 3 arguments but exactly 2 arguments are permitted',
      '5:0 Variable a found in head but not in body, rule q(a) :- r(b), not s(c)',
      "5:14 Could not reorder rule q(a) :- r(b), not s(c).  Unsafe lits: not s(c) (vars {'c'})",
      '6:0 Fact not ground: t(u)',
    ]);
  });

  it('names the literal as written when its columns were filled in', () => {
    expect(problems('q(x) :- r(x), not nova:q(name=y), not known(x)')).toEqual([
      expect.stringMatching(
        /^1:14 Could not reorder rule .* not nova:q\(\?, y, \?\) \(vars \{'y'\}\); not known/,
      ),
    ]);
  });

  it('says what a policy of this kind does not take', () => {
    expect(problems('p(x) :- q(x)', 'db')).toEqual(['1:0 Non-atomic formula is not permitted: p(x) :- q(x)']);
    expect(problems('p+(x) :- not q(x)', 'act')).toEqual([
      "1:9 Could not reorder rule p+(x) :- not q(x).  Unsafe lits: not q(x) (vars {'x'})",
    ]);
    expect(problems('insert[p(1) :- true]')).toEqual(['1:7 Non-formula found: insert[p(1) :- true()]']);
    expect(problems('p(x) :- execute[q(x)]')).toEqual([
      '1:8 Modals not allowed in the rule body; found execute in body literal execute[q(x)]',
    ]);
  });

  it('finds recursion among statements of one text, at one that closes the circle', () => {
    expect(problems('a(x) :- b(x)\nc(x) :- d(x)\nb(x) :- a(x)')).toEqual([
      '1:0 Rules are recursive: test:b -> test:a -> test:b',
    ]);
    expect(problems('c(x) :- d(x)\nb(x) :- not b(x), c(x)', 'loop')).toEqual([
      '2:0 Rules are recursive through a negation or an aggregate: loop:b -> loop:b',
    ]);
  });

  it.each([
    ['p("a', /same quote/],
    ['p(1) // end', /line end/],
    ['p(007)', /without zeros/],
    ['p(- 1)', /-5/],
    ['p(f(x))', /count\(x\)/],
    ['p(x) :- q(x,)', /argument is missing/],
    ['p(x) :- ', /ends too soon/],
    ['p(x) :- nova:q(x', /close the arguments/],
    ['p(x) :- q(y)', /give the variable a value/],
    ['p(x) :- q(x), not r(y)', /write `\?`/],
    ['p(x)', /text in quotes/],
    ['nova:p(x) :- q(x)', /leave the part before/],
    ['lt(x, y) :- q(x, y)', /another one/],
    ['p(x) :- p(x)', /materialized/],
    ['p(x) :- nova:q(colour=x)', /see the schema/],
    ['p(x) :- nowhere:q(colour=x)', /create it first/],
    ['p(x) :- test:q(colour=x)', /use positions/],
  ])('says what to do about %s', (text, hint) => {
    expect(problemsOf(text, { policy: 'test', context: world() })[0]?.hint).toMatch(hint);
  });
});
