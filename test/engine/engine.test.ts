import { parse } from '../../service/datalog/parser.ts';
import { printStatement } from '../../service/datalog/printer.ts';
import type { Formula } from '../../service/datalog/tree.ts';
import type { Tuple } from '../../service/datalog/value.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { EngineChange, RelationName } from '../../service/engine/engine-change.ts';
import type { EngineOptions } from '../../service/engine/engine-options.ts';
import {
  EngineLimitExceeded,
  UnsafeEvaluation,
  UnstratifiedNegation,
} from '../../service/engine/problems.ts';

/** Statements of one policy as engine changes; rules are named r1, r2, ... in order. */
function program(policy: string, text: string): readonly EngineChange[] {
  let rules = 0;
  return parse(text).flatMap((statement): readonly EngineChange[] => {
    if (statement.kind === 'rule')
      return [{ kind: 'insert-rule', policy, ruleId: `r${++rules}`, rule: statement }];
    if (statement.kind === 'event') return [];
    const { table, args } = statement.atom;
    const tuple = args.map((term) => (term.kind === 'constant' ? term.value : '')) as Tuple;
    return [{ kind: 'insert-fact', policy, table, tuple }];
  });
}

function engineWith(text: string, options: Partial<EngineOptions> = {}): Engine {
  const engine = new Engine(options);
  engine.apply(program('p', text));
  return engine;
}

function relation(table: string, arity: number): RelationName {
  return { policy: 'p', table, arity, modal: null };
}

function ask(engine: Engine, text: string): readonly string[] {
  return engine
    .query('p', parse(text)[0] as Formula)
    .map(printStatement)
    .sort();
}

describe('a query', () => {
  it('keeps strings, integers and floats apart in joins, but not in comparisons', () => {
    const engine = engineWith('a(1) a(1.0) a("1") b(1) j(x) :- a(x), b(x)  e(x,y) :- a(x), b(y), equal(x,y)');
    expect(ask(engine, 'j(x)')).toEqual(['j(1)']);
    expect(ask(engine, 'e(x,y)')).toEqual(['e(1, 1)', 'e(1.0, 1)']);
  });

  it('takes an unknown table as empty, also under not', () => {
    const engine = engineWith('a(1) q(x) :- a(x), not elsewhere:t(x)');
    expect(ask(engine, 'q(x)')).toEqual(['q(1)']);
    expect(ask(engine, 'nothing(x)')).toEqual([]);
  });

  it('takes true and false as truth constants, also when they are stored as tables', () => {
    const engine = engineWith(
      'a(1) false() t(x) :- a(x), true  f(x) :- a(x), false()  n(x) :- a(x), not false(y)',
    );
    expect([...ask(engine, 't(x)'), ...ask(engine, 'f(x)'), ...ask(engine, 'n(x)')]).toEqual(
      ['n(1)', 't(1)'].reverse(),
    );
    expect(ask(engine, 'true')).toEqual(['true()']);
  });

  it('takes any qualifier for a builtin, and another number of arguments for a table', () => {
    const engine = engineWith('a(1) a(3) foo:lt(9,9,9) q(x) :- a(x), foo:lt(x,2)');
    expect(ask(engine, 'q(x)')).toEqual(['q(1)']);
    expect(engine.contains(relation('lt', 3), [9n, 9n, 9n])).toBe(true);
  });

  it('fails a builtin that throws, and succeeds it under not', () => {
    const engine = engineWith('a("x") a(1) q(x) :- a(x), minus(x, 1, y)  n(x) :- a(x), not minus(x, 1, 0)');
    expect(ask(engine, 'q(x)')).toEqual(['q(1)']);
    expect(ask(engine, 'n(x)')).toEqual(['n("x")']);
  });

  it('reads execute heads apart from the table of the same name', () => {
    const engine = engineWith('a(1) execute[nova:act(x)] :- a(x)');
    expect(engine.rows({ policy: 'p', table: 'nova:act', arity: 1, modal: 'execute' })).toEqual([[1n]]);
    expect(engine.rows({ policy: 'p', table: 'nova:act', arity: 1, modal: null })).toEqual([]);
  });

  it('is refused where nothing binds a negated literal or a builtin input', () => {
    const engine = engineWith('a(1)');
    expect(() => ask(engine, 'q(x) :- a(x), not b(y)')).toThrow(UnsafeEvaluation);
    expect(() => ask(engine, 'lt(x, 1)')).toThrow(UnsafeEvaluation);
  });

  it('evaluates now() anew every time', () => {
    let second = 1;
    const localTime = () => ({ year: 2026, month: 1, day: 1, hour: 0, minute: 0, second });
    const engine = engineWith('t(x) :- now(x)  u(x) :- t(x)', { localTime });
    expect(ask(engine, 'u(x)')).toEqual(['u("2026-01-01 00:00:01")']);
    second = 2;
    expect(ask(engine, 'u(x)')).toEqual(['u("2026-01-01 00:00:02")']);
  });
});

describe('recursion', () => {
  it('is evaluated and maintained', () => {
    const engine = engineWith('e(1,2) e(2,3) e(3,1) t(x,y) :- e(x,y)  t(x,y) :- t(x,z), e(z,y)');
    expect(engine.rows(relation('t', 2))).toHaveLength(9);
    engine.apply([{ kind: 'delete-fact', policy: 'p', table: 'e', tuple: [3n, 1n] }]);
    expect(ask(engine, 't(x,y)')).toEqual(['t(1, 2)', 't(1, 3)', 't(2, 3)']);
  });

  it('through a negation is refused when asked for, and leaves the rest working', () => {
    const engine = engineWith('a(1) p(x) :- a(x), not q(x)  q(x) :- p(x)  r(x) :- a(x)');
    expect(() => engine.rows(relation('q', 1))).toThrow(UnstratifiedNegation);
    expect(engine.rows(relation('r', 1))).toEqual([[1n]]);
    engine.apply([{ kind: 'delete-rule', ruleId: 'r2' }]);
    expect(engine.rows(relation('p', 1))).toEqual([[1n]]);
  });
});

describe('limits', () => {
  const numbers = Array.from({ length: 300 }, (_, i) => `n(${i})`).join(' ');

  it('end an evaluation with a problem that names the rule, and leave the rest working', () => {
    const engine = engineWith(`${numbers} ok(x) :- n(x), lt(x, 3)  big(x,y,z) :- n(x), n(y), n(z)`, {
      rowsPerRelationMax: 1000,
    });
    expect(() => engine.rows(relation('big', 3))).toThrow(
      expect.objectContaining({ limit: 'rows-per-relation', subject: 'r2', maximum: 1000 }),
    );
    expect(engine.rows(relation('ok', 1))).toHaveLength(3);
  });

  it('count the rows visited and the time passed, also where nothing is derived', () => {
    const text = `${numbers} none(x) :- n(x), n(y), n(z), lt(x, y), lt(y, x)`;
    const asked = relation('none', 1);
    expect(() => engineWith(text, { stepsMax: 10_000 }).rows(asked)).toThrow(EngineLimitExceeded);
    let now = 0;
    const engine = engineWith(text, { evaluationMsMax: 10, monotonicMs: () => (now += 20) });
    expect(() => engine.rows(asked)).toThrow(expect.objectContaining({ limit: 'time', subject: 'r1' }));
  });

  it('drop a view that a change blows up, and keep the change', () => {
    const engine = engineWith(`${numbers} pair(x,y) :- n(x), m(y)  one(x) :- m(x)`, {
      rowsPerRelationMax: 1000,
    });
    expect(engine.rows(relation('pair', 2))).toHaveLength(0);
    const rows = Array.from({ length: 10 }, (_, i): Tuple => [BigInt(i)]);
    engine.apply([{ kind: 'replace-table', policy: 'p', table: 'm', arity: 1, rows }]);
    expect(() => engine.rows(relation('pair', 2))).toThrow(EngineLimitExceeded);
    expect(engine.rows(relation('one', 1))).toHaveLength(10);
    engine.apply([{ kind: 'replace-table', policy: 'p', table: 'm', arity: 1, rows: rows.slice(0, 2) }]);
    expect(engine.rows(relation('pair', 2))).toHaveLength(600);
  });
});
