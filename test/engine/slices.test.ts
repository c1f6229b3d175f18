import { parse } from '../../service/datalog/parser.ts';
import type { Tuple } from '../../service/datalog/value.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { EngineChange, RelationName } from '../../service/engine/engine-change.ts';
import { EvaluationUnfinished } from '../../service/engine/evaluation-unfinished.ts';
import { EngineLimitExceeded } from '../../service/engine/problems.ts';

const pairs: RelationName = { policy: 'p', table: 'pairs', arity: 2, modal: null };
const rowCount = 200;

/** A clock that moves by a millisecond whenever somebody looks, so that every look at it ends a slice. */
function engineWithClock(evaluationMsMax = 100_000): Engine {
  let nowMs = 0;
  return new Engine({ monotonicMs: () => nowMs++, stepsPerLook: 1_000, evaluationMsMax });
}

function load(engine: Engine): void {
  const rules = parse('pairs(x, y) :- ds:item(x), ds:item(y) few(x) :- ds:item(x), builtin:lt(x, 3)');
  engine.apply([
    ...rules.flatMap((rule, at): readonly EngineChange[] =>
      rule.kind === 'rule' ? [{ kind: 'insert-rule', policy: 'p', ruleId: `r${at}`, rule }] : [],
    ),
    { kind: 'replace-table', policy: 'ds', table: 'item', arity: 1, rows: items(rowCount) },
  ]);
}

function items(count: number): readonly Tuple[] {
  return Array.from({ length: count }, (_, at) => [BigInt(at)]);
}

/** Slices until the answer came. */
function slicesFor(engine: Engine, between: (slice: number) => void = () => {}): number {
  for (let slice = 1; ; slice++) {
    try {
      engine.inSlices(1, () => engine.count(pairs));
      return slice;
    } catch (error) {
      if (!(error instanceof EvaluationUnfinished)) throw error;
      between(slice);
    }
  }
}

describe('a view that is computed in slices', () => {
  it('takes many of them and is complete in the end', () => {
    const engine = engineWithClock();
    load(engine);
    expect(slicesFor(engine)).toBeGreaterThan(20);
    expect(engine.count(pairs)).toBe(rowCount * rowCount);
  });

  it('is seen by nobody before it is complete, and others are answered meanwhile', () => {
    const engine = engineWithClock();
    load(engine);
    slicesFor(engine, () => {
      expect(engine.statistics().viewRows).toBeLessThan(rowCount);
      expect(engine.count({ ...pairs, table: 'few', arity: 1 })).toBe(3);
    });
  });

  it('goes on when other tables change, and starts anew when its own do', () => {
    const undisturbed = engineWithClock();
    load(undisturbed);
    const plain = slicesFor(undisturbed);
    const change = (table: string, slice: number): EngineChange => ({
      kind: 'change-table',
      policy: 'ds',
      table,
      arity: 1,
      deleted: [],
      inserted: [[BigInt(-slice)]],
    });
    const beside = engineWithClock();
    load(beside);
    expect(slicesFor(beside, (slice) => beside.apply([change('other', slice)]))).toBeLessThan(plain * 1.5);
    const disturbed = engineWithClock();
    load(disturbed);
    let changes = 0;
    const slices = slicesFor(disturbed, (slice) => {
      if (slice % 10 !== 0) return;
      disturbed.apply([change('item', slice)]);
      changes++;
    });
    // After the third time it is done in one go.
    expect(changes).toBe(3);
    expect(slices).toBeGreaterThan(30);
    expect(disturbed.count(pairs)).toBe((rowCount + 3) ** 2);
  });

  it('is bounded by the time it takes by itself, whatever happens in between', () => {
    const engine = engineWithClock(15);
    load(engine);
    expect(() => slicesFor(engine)).toThrow(EngineLimitExceeded);
    expect(() => slicesFor(engine)).toThrow('evaluation of `r0` went past its time limit of 15');
    expect(engine.count({ ...pairs, table: 'few', arity: 1 })).toBe(3);
  });
});
