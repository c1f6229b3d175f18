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

describe('memory', () => {
  const asked = ['r', 's'].map((table) => relation(table, 2));
  const rules = 'r(x,y) :- ds:t(x,z), ds:t(z,y)  s(x,y) :- ds:t(x,y)  s(x,y) :- s(x,z), ds:t(z,y)';

  it('returns to where it was when rows and rules are deleted', () => {
    const engine = engineWith(rules);
    for (const name of asked) engine.rows(name);
    const table = { policy: 'ds', table: 't', arity: 2 } as const;
    const rows = Array.from({ length: 6000 }, (_, i): Tuple => [`from ${i}`, `to ${i % 7}`]);
    const before = engine.statistics();
    engine.apply([{ kind: 'replace-table', ...table, rows }]);
    expect(engine.statistics()).toMatchObject({ storedRows: 6000, viewRows: 6000 });
    engine.apply([{ kind: 'replace-table', ...table, rows: [] }]);
    expect(engine.statistics()).toMatchObject({ storedRows: 0, viewRows: 0, views: 2 });
    expect(engine.statistics().bytes).toBeLessThan(before.bytes + 500_000);
    engine.apply(['r1', 'r2', 'r3'].map((ruleId) => ({ kind: 'delete-rule', ruleId })));
    expect(engine.statistics()).toMatchObject({ relations: 0, rules: 0, views: 0 });
  });

  it('holds no values that only deleted rows had, after enough new ones came', () => {
    const engine = engineWith('keep("kept value") r(x) :- ds:t(x), not keep(x)');
    const batch = (start: number) => Array.from({ length: 20_000 }, (_, i): Tuple => [`value ${start + i}`]);
    for (let round = 0; round < 10; round++) {
      engine.apply([
        { kind: 'replace-table', policy: 'ds', table: 't', arity: 1, rows: batch(round * 20_000) },
      ]);
      expect(engine.rows(relation('r', 1))).toHaveLength(20_000);
    }
    expect(engine.statistics().values).toBeLessThan(100_000);
    expect(ask(engine, 'keep(x)')).toEqual(['keep("kept value")']);
    expect(ask(engine, 'r("value 199999")')).toEqual(['r("value 199999")']);
    expect(ask(engine, 'r("value 1")')).toEqual([]);
  });

  it('keeps views within their budget by dropping the least recently asked ones', () => {
    const facts = Array.from({ length: 100 }, (_, i) => `n(${i})`).join(' ');
    const engine = engineWith(`${facts} a(x) :- n(x)  b(x) :- n(x)  c(x) :- b(x)`, {
      materialisedRowsMax: 250,
    });
    for (const table of ['a', 'b', 'c']) expect(engine.rows(relation(table, 1))).toHaveLength(100);
    expect(engine.statistics()).toMatchObject({ views: 2, viewRows: 200 });
    expect(engine.rows(relation('a', 1))).toHaveLength(100);
  });
});
