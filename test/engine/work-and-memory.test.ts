import { parse } from '../../service/datalog/parser.ts';
import type { Tuple } from '../../service/datalog/value.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { EngineChange, RelationName } from '../../service/engine/engine-change.ts';

const rowCount = 2_000;

/** The engine looks at this clock once for every second row that it visits. */
class WorkCounter {
  looks = 0;
  readonly engine = new Engine({
    stepsPerLook: 1,
    monotonicMs: () => {
      this.looks++;
      return 0;
    },
  });

  /** Half of the rows visited by this. */
  during(work: (engine: Engine) => void): number {
    const before = this.looks;
    work(this.engine);
    return this.looks - before;
  }
}

function rule(policy: string, text: string): EngineChange {
  const statement = parse(text)[0];
  if (statement?.kind !== 'rule') throw new Error('a rule is expected');
  return { kind: 'insert-rule', policy, ruleId: policy, rule: statement };
}

function table(name: string, rows: number, prefix = name): EngineChange {
  return {
    kind: 'replace-table',
    policy: 'ds',
    table: name,
    arity: 2,
    rows: Array.from({ length: rows }, (_, at): Tuple => [`${prefix}-${at}`, `value-${at % 50}`]),
  };
}

function view(policy: string): RelationName {
  return { policy, table: 'r', arity: 1, modal: null };
}

describe('work', () => {
  it('for a new rule does not include the other rules', () => {
    const counter = new WorkCounter();
    counter.engine.apply([rule('big', 'r(x) :- ds:many(x, y)'), table('many', rowCount), table('few', 10)]);
    const first = counter.during((engine) => expect(engine.count(view('big'))).toBe(rowCount));
    expect(first).toBeGreaterThan(rowCount / 2 - 10);
    const added = counter.during((engine) => {
      engine.apply([rule('small', 'r(x) :- ds:few(x, y)')]);
      expect(engine.count(view('small'))).toBe(10);
      expect(engine.count(view('big'))).toBe(rowCount);
    });
    expect(added).toBeLessThan(100);
  });

  it('for a single change does not grow with the table', () => {
    const counter = new WorkCounter();
    counter.engine.apply([rule('big', 'r(x) :- ds:many(x, y), ds:few(x, y)'), table('many', rowCount)]);
    counter.engine.count(view('big'));
    const work = counter.during((engine) => {
      engine.apply([table('few', 1, 'many')]);
      expect(engine.count(view('big'))).toBe(1);
    });
    expect(work).toBeLessThan(50);
  });
});

describe('memory', () => {
  it('returns to its base when rows and rules are gone', () => {
    const engine = new Engine();
    const fill = () => {
      engine.apply([
        rule('big', 'r(x) :- ds:many(x, y), not ds:few(x, y)'),
        table('many', 40_000),
        table('few', 20_000, 'many'),
      ]);
      expect(engine.count(view('big'))).toBe(20_000);
    };
    const empty = () => {
      engine.apply([
        { kind: 'delete-rule', ruleId: 'big' },
        { kind: 'drop-table', policy: 'ds', table: 'many', arity: 2 },
        { kind: 'drop-table', policy: 'ds', table: 'few', arity: 2 },
      ]);
    };
    fill();
    const full = engine.statistics();
    expect(full.bytes).toBeGreaterThan(1_000_000);
    empty();
    const base = engine.statistics();
    expect({ ...base, values: 0, bytes: 0 }).toEqual({
      values: 0,
      relations: 0,
      rules: 0,
      storedRows: 0,
      views: 0,
      viewRows: 0,
      bytes: 0,
    });
    expect(base.bytes).toBeLessThan(10_000);
    for (let round = 0; round < 3; round++) {
      fill();
      empty();
    }
    expect(engine.statistics().values).toBeLessThanOrEqual(full.values * 2);
  });
});
