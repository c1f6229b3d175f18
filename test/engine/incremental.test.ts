import fc from 'fast-check';
import { Engine } from '../../service/engine/engine.ts';
import type { EngineChange, RelationName } from '../../service/engine/engine-change.ts';
import { Oracle, tupleKey } from '../support/oracle.ts';
import { allRelations, Choices, derivedTables, randomBatch } from '../support/oracle-programs.ts';

function rowsOf(engine: Engine, relation: RelationName): readonly string[] {
  return engine.rows(relation).map(tupleKey).sort();
}

/** Applies random batches; after each, asks for some relations, so that views exist while later changes come. */
function run(tape: readonly number[], recursive: boolean): void {
  const choices = new Choices(tape);
  const engine = new Engine();
  const oracle = new Oracle();
  const history: EngineChange[] = [];
  for (let batches = 1 + choices.below(8); batches > 0; batches--) {
    const batch = randomBatch(choices, recursive);
    engine.apply(batch);
    oracle.apply(batch);
    history.push(...batch);
    for (let asked = choices.below(4); asked > 0; asked--) {
      const relation: RelationName = { ...choices.pick(derivedTables), modal: null };
      expect(rowsOf(engine, relation)).toEqual(oracle.rows(relation));
    }
  }
  const fresh = new Engine();
  fresh.apply(history);
  for (const relation of allRelations) {
    const expected = oracle.rows(relation);
    expect(rowsOf(engine, relation)).toEqual(expected);
    expect(rowsOf(fresh, relation)).toEqual(expected);
  }
}

const tape = fc.array(fc.nat({ max: 5039 }), { minLength: 20, maxLength: 400, size: 'max' });

describe('a view maintained through any sequence of rule and data changes', () => {
  it('equals evaluation from scratch and the oracle without recursion', () => {
    fc.assert(
      fc.property(tape, (numbers) => {
        run(numbers, false);
      }),
      { numRuns: Number(process.env.ENGINE_RUNS ?? 1500) },
    );
  });

  it('equals evaluation from scratch and the oracle with recursion and stratified negation', () => {
    fc.assert(
      fc.property(tape, (numbers) => {
        run(numbers, true);
      }),
      { numRuns: Number(process.env.ENGINE_RUNS ?? 1500) },
    );
  });
});
