import fc from 'fast-check';
import type { Constant, Fact, Formula, Rule, Term } from '../../../service/datalog/tree.ts';
import type { Tuple } from '../../../service/datalog/value.ts';
import { Engine } from '../../../service/engine/engine.ts';
import type { EngineChange, RelationName } from '../../../service/engine/engine-change.ts';
import type { Overlay } from '../../../service/engine/overlay/overlay.ts';
import { Oracle, tupleKey } from '../../support/oracle.ts';
import { allRelations, Choices, randomBatch } from '../../support/oracle-programs.ts';

/** Puts engine changes on an overlay and tells the oracle what they came to. */
class Mirror {
  readonly #overlay: Overlay;
  readonly #oracle: Oracle;
  readonly #rules: Map<string, { readonly policy: string; readonly rule: Rule }>;

  constructor(
    overlay: Overlay,
    oracle: Oracle,
    rules: ReadonlyMap<string, { readonly policy: string; readonly rule: Rule }>,
  ) {
    this.#overlay = overlay;
    this.#oracle = oracle;
    this.#rules = new Map(rules);
  }

  apply(change: EngineChange): void {
    switch (change.kind) {
      case 'insert-rule':
        this.#deleteRule(change.ruleId);
        this.#overlay.insertRule(change);
        this.#rules.set(change.ruleId, change);
        this.#oracle.apply([change]);
        break;
      case 'delete-rule':
        this.#deleteRule(change.ruleId);
        break;
      case 'insert-fact':
        this.#insert(change, change.tuple);
        break;
      case 'delete-fact':
        this.#delete(change, change.tuple);
        break;
      case 'change-table':
        for (const tuple of change.deleted) this.#delete(change, tuple);
        for (const tuple of change.inserted) this.#insert(change, tuple);
        break;
      default: {
        const name: RelationName = { ...change, modal: null };
        const wildcards = Array.from({ length: change.arity }, () => null);
        for (const tuple of this.#overlay.facts(name, wildcards)) this.#delete(change, tuple);
        if (change.kind === 'replace-table') for (const tuple of change.rows) this.#insert(change, tuple);
      }
    }
  }

  #deleteRule(ruleId: string): void {
    const known = this.#rules.get(ruleId);
    if (known === undefined) return;
    this.#overlay.deleteRule({ ...known, ruleId });
    this.#rules.delete(ruleId);
    this.#oracle.apply([{ kind: 'delete-rule', ruleId }]);
  }

  #insert({ policy, table }: { readonly policy: string; readonly table: string }, tuple: Tuple): void {
    if (this.#overlay.insertFact({ policy, table, tuple }))
      this.#oracle.apply([{ kind: 'insert-fact', policy, table, tuple }]);
  }

  /** Only what is there exactly: an overlay also deletes the same number of the other type. */
  #delete({ policy, table }: { readonly policy: string; readonly table: string }, tuple: Tuple): void {
    const name: RelationName = { policy, table, arity: tuple.length, modal: null };
    if (this.#overlay.facts(name, tuple).length === 0) return;
    expect(this.#overlay.deleteFact({ policy, table, tuple })).toBe(true);
    this.#oracle.apply([{ kind: 'delete-fact', policy, table, tuple }]);
  }
}

function openQuery({ policy, table, arity }: RelationName): Formula {
  const args = Array.from({ length: arity }, (_, at): Term => ({ kind: 'variable', name: `v${at}` }));
  return { kind: 'fact', atom: { modal: null, policy, table, args, columnArgs: [] } };
}

function keysOf(answers: readonly Formula[]): readonly string[] {
  return answers
    .map((answer) => tupleKey((answer as Fact).atom.args.map((term) => (term as Constant).value)))
    .sort();
}

function without(left: readonly string[], right: readonly string[]): readonly string[] {
  return left.filter((key) => !right.includes(key));
}

/** Builds an engine, then asks an overlay with further changes; half of the time views exist before. */
function run(tape: readonly number[], recursive: boolean): void {
  const choices = new Choices(tape);
  const engine = new Engine();
  const oracle = new Oracle();
  const rules = new Map<string, { readonly policy: string; readonly rule: Rule }>();
  for (let batches = 1 + choices.below(6); batches > 0; batches--) {
    const batch = randomBatch(choices, recursive);
    engine.apply(batch);
    oracle.apply(batch);
    for (const change of batch) {
      if (change.kind === 'insert-rule') rules.set(change.ruleId, change);
      if (change.kind === 'delete-rule') rules.delete(change.ruleId);
    }
  }
  const before = new Map(allRelations.map((relation) => [relation, oracle.rows(relation)]));
  for (const relation of allRelations) engine.rows(relation);
  // Views in between may be computed for an overlay; nothing else may change.
  const uncounted = { bytes: 0, views: 0, viewRows: 0 };
  const statistics = { ...engine.statistics(), ...uncounted };
  engine.withOverlay('test', (overlay) => {
    const mirror = new Mirror(overlay, oracle, rules);
    for (let steps = 1 + choices.below(3); steps > 0; steps--) {
      for (const change of randomBatch(choices, recursive)) mirror.apply(change);
      for (const relation of allRelations) {
        const query = openQuery(relation);
        const now = oracle.rows(relation);
        const then = before.get(relation)!;
        expect(keysOf(overlay.query('elsewhere', query))).toEqual(now);
        const delta = overlay.delta('elsewhere', query);
        expect(keysOf(delta.inserted)).toEqual(without(now, then));
        expect(keysOf(delta.deleted)).toEqual(without(then, now));
      }
    }
  });
  expect({ ...engine.statistics(), ...uncounted }).toEqual(statistics);
  for (const relation of allRelations)
    expect(engine.rows(relation).map(tupleKey).sort()).toEqual(before.get(relation));
}

const tape = fc.array(fc.nat({ max: 5039 }), { minLength: 20, maxLength: 400, size: 'max' });
const numRuns = Number(process.env.ENGINE_RUNS ?? 150);

describe('an overlay with any changes', () => {
  it.each([false, true])(
    'answers like the oracle and leaves the engine alone (recursion: %s)',
    (recursive) => {
      fc.assert(
        fc.property(tape, (numbers) => {
          run(numbers, recursive);
        }),
        { numRuns },
      );
    },
  );
});
