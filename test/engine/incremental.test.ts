import fc from 'fast-check';
import type { Constant, Fact, Formula, Term } from '../../service/datalog/tree.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { EngineChange, RelationName } from '../../service/engine/engine-change.ts';
import { EvaluationUnfinished } from '../../service/engine/evaluation-unfinished.ts';
import { Oracle, tupleKey } from '../support/oracle.ts';
import {
  allRelations,
  Choices,
  derivedTables,
  randomBatch,
  sampleValues,
} from '../support/oracle-programs.ts';

function rowsOf(engine: Engine, relation: RelationName): readonly string[] {
  return engine.rows(relation).map(tupleKey).sort();
}

/** Asks with every sample value in the first column, one query after the other. */
function expectPoints(engine: Engine, oracle: Oracle, relation: RelationName): void {
  const samples = sampleValues.map((value) => tupleKey([value]));
  const expected = oracle.rows(relation).filter((row) => samples.includes(row.split(', ')[0]!));
  const found = sampleValues.flatMap((value) => {
    const args = Array.from(
      { length: relation.arity },
      (_, at): Term => (at === 0 ? { kind: 'constant', value } : { kind: 'variable', name: `v${at}` }),
    );
    const atom = { modal: null, policy: relation.policy, table: relation.table, args, columnArgs: [] };
    return engine.query('elsewhere', { kind: 'fact', atom }).map(answerKey);
  });
  expect(found.sort()).toEqual(expected);
}

function answerKey(answer: Formula): string {
  const { args } = (answer as Fact).atom;
  return tupleKey(args.map((term) => (term as Constant).value));
}

/** One slice of as little as possible; what it does not finish stays open while the next changes come. */
function askInSlices(engine: Engine, relation: RelationName, slices: number): readonly string[] | null {
  for (let slice = 0; slice < slices; slice++) {
    try {
      return engine.inSlices(0, () => rowsOf(engine, relation));
    } catch (error) {
      if (!(error instanceof EvaluationUnfinished)) throw error;
    }
  }
  return null;
}

/** Applies random batches; after each, asks in slices, a few of which may not be enough. */
function runInSlices(tape: readonly number[]): void {
  const choices = new Choices(tape);
  const engine = new Engine({ stepsPerLook: 1 });
  const oracle = new Oracle();
  for (let batches = 1 + choices.below(8); batches > 0; batches--) {
    const batch = randomBatch(choices, true);
    engine.apply(batch);
    oracle.apply(batch);
    for (let asked = choices.below(4); asked > 0; asked--) {
      const relation: RelationName = { ...choices.pick(derivedTables), modal: null };
      const rows = askInSlices(engine, relation, choices.pick([1, 2, 5, 1000]));
      if (rows !== null) expect(rows).toEqual(oracle.rows(relation));
    }
  }
  for (const relation of allRelations) {
    expect(askInSlices(engine, relation, 10_000)).toEqual(oracle.rows(relation));
  }
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
      if (choices.below(2) === 0) expectPoints(engine, oracle, relation);
      else expect(rowsOf(engine, relation)).toEqual(oracle.rows(relation));
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

  it('equals the oracle when it is computed in slices with changes in between', () => {
    fc.assert(
      fc.property(tape, (numbers) => {
        runInSlices(numbers);
      }),
      { numRuns: Number(process.env.ENGINE_RUNS ?? 500) },
    );
  });
});
