import fc from 'fast-check';
import {
  formulaFromJson,
  formulaToJson,
  valueFromJson,
  valueToJson,
} from '../../service/datalog/formula-json.ts';
import { sameStatement, statementKey } from '../../service/datalog/identity.ts';
import { parse } from '../../service/datalog/parser.ts';
import { prettyRule } from '../../service/datalog/pretty.ts';
import { printStatement, printValue } from '../../service/datalog/printer.ts';
import { MalformedFormula } from '../../service/datalog/problems.ts';
import { pythonRepr } from '../../service/datalog/python-text.ts';
import type { Formula } from '../../service/datalog/tree.ts';
import { anyFact, anyRule, anyValue } from './arbitrary-programs.ts';

function only(text: string): Formula {
  return parse(text)[0] as Formula;
}

describe('formula JSON', () => {
  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.oneof(anyFact, anyRule), (formula) => {
        expect(formulaFromJson(JSON.parse(JSON.stringify(formulaToJson(formula))))).toEqual(formula);
      }),
    );
  });

  it('loses nothing of a value, whatever its size, sign or type', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(Object.is(valueFromJson(JSON.parse(JSON.stringify(valueToJson(value)))), value)).toBe(true);
      }),
    );
  });

  it.each([
    null,
    1,
    {},
    { fact: {} },
    { fact: { t: 'p', a: [{ i: '1.5' }] } },
    { heads: [] },
    { fact: { t: 'p', a: [{ f: '' }] } },
  ])('that is malformed is refused: %j', (json) => {
    expect(() => formulaFromJson(json)).toThrow(MalformedFormula);
  });
});

describe('identity', () => {
  it.each([
    ['p(1)', 'p(1.0)'],
    ['p(9007199254740993)', 'p(9007199254740993)'],
    ['execute[p(1)]', 'p(1)'],
    ['q(x) :- r(x), not s(x)', 'q(x) :- not s(x), r(x)'],
  ])('%s is %s', (left, right) => {
    expect(sameStatement(only(left), only(right))).toBe(true);
  });

  it.each([
    ['p(1)', 'p("1")'],
    ['p(9007199254740993)', 'p(9007199254740992.0)'],
    ['p(1)', 'p(1, 1)'],
    ['p("a,b")', 'p("a", "b")'],
    ['p(x)', 'p("x")'],
    ['q(x) :- p(x)', 'q(y) :- p(y)'],
    ['q(x) :- p(x)', 'q(x) :- p(x), p(x)'],
    ['q(x) :- p(x, 1)', 'q(x) :- p(x, 1.0)'],
    ['q(x) :- p(x)', 'q(x) :- test:p(x)'],
    ['q(x) :- a:b:c(x)', 'q(x) :- b:c(x)'],
  ])('%s is not %s', (left, right) => {
    expect(sameStatement(only(left), only(right))).toBe(false);
  });

  it('does not depend on the order of a body', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        expect(statementKey({ ...rule, body: [...rule.body].reverse() })).toBe(statementKey(rule));
      }),
    );
  });
});

describe('printing', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e-5, '1.5e-05'],
    [0.0001, '0.0001'],
    [-123.25, '-123.25'],
    [1e22, '1e+22'],
    [5e-324, '5e-324'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NaN, 'nan'],
  ])('shows the float %d as %s', (value, text) => {
    expect(printValue(value)).toBe(text);
  });

  it.each([
    ['p', 'p()'],
    ['a:b:c+(x,  1)', 'a:b:c+(x, 1)'],
    ["execute[ p('s', n = 2) ]", 'execute[p("s",n=2)]'],
    ['! p :- NOT q', 'not p() :- not q()'],
    ['insert[p(1) :- q; "t"]', 'insert[p(1) :- q()] for t'],
  ])('shows %s as %s', (text, printed) => {
    expect(parse(text).map(printStatement)).toEqual([printed]);
  });

  it.each([
    ["it's", '"it\'s"'],
    ['"it\'s"', "'\"it\\'s\"'"],
    [
      `a\\\n\t\u0001é\u00ad\u2028${String.fromCharCode(0xd800)}\u{1F600}\u{E0001}`,
      "'a\\\\\\n\\t\\x01é\\xad\\u2028\\ud800\u{1F600}\\U000e0001'",
    ],
  ])('quotes %j in error texts as %s', (text, quoted) => {
    expect(pythonRepr(text)).toBe(quoted);
  });
});

describe('the answer of POST rules', () => {
  it.each([
    ['p(x) :- q(x),  r(x)', 'p(x) :-\n  q(x),\n  r(x)'],
    ['t(1) :- true', 't(1) :-\n'],
    ['t(2) :- q("a)b"), s(2)', 't(2) :-\n  q("a),\n  b"),\n  s(2)'],
    ['\t \n  head(1, 2)\t \n  ', 'head(1, 2)'],
    ['p(x) :-\n  q(x);', 'p(x) :-\n  q(x)'],
    ['p(x) :- q("))")', 'p(x) :-\n  q("),\n  ),\n  ")'],
  ])('shows %j as %j', (text, shown) => {
    expect(prettyRule(text)).toBe(shown);
  });
});
