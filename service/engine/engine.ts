import type { Formula } from '../datalog/tree.ts';
import type { Tuple } from '../datalog/value.ts';
import { Budget } from './budget.ts';
import { BuiltinRegistry } from './builtins/registry.ts';
import type { EngineChange, RelationName } from './engine-change.ts';
import { defaultEngineOptions, type EngineOptions } from './engine-options.ts';
import { type EngineStatistics, statisticsOf, sweepValues } from './engine-statistics.ts';
import { Evaluator } from './evaluator.ts';
import { FactTables } from './fact-tables.ts';
import { FactoryCache } from './generate.ts';
import { Interner } from './interner.ts';
import { Materialiser } from './materialiser.ts';
import { NodeRegistry } from './node-registry.ts';
import { Overlay } from './overlay/overlay.ts';
import type { RelationNode } from './program.ts';
import { Propagator } from './propagator.ts';
import { answerQuery } from './query.ts';
import { Recursion } from './recursion.ts';
import { RuleSet } from './rule-set.ts';

/**
 * The policy engine: stored facts, data source tables and rules in, relations out. Relations without rules are
 * what was stored; derived ones are computed when first asked for and kept up to date from then on.
 * Synchronous; every call sees the result of all changes applied before it.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #interner = new Interner();
  readonly #budget: Budget;
  readonly #builtins: BuiltinRegistry;
  readonly #nodes: NodeRegistry;
  readonly #evaluator: Evaluator;
  readonly #materialiser: Materialiser;
  readonly #propagator: Propagator;
  readonly #rules: RuleSet;
  readonly #facts: FactTables;

  constructor(options: Partial<EngineOptions> = {}) {
    const complete = { ...defaultEngineOptions, ...options };
    this.#options = complete;
    const interner = this.#interner;
    this.#budget = new Budget(complete);
    this.#builtins = new BuiltinRegistry(complete);
    this.#nodes = new NodeRegistry(() => interner.limit);
    this.#evaluator = new Evaluator({
      interner,
      budget: this.#budget,
      factories: new FactoryCache(),
    });
    const recursion = new Recursion(this.#evaluator);
    this.#materialiser = new Materialiser(this.#evaluator, recursion);
    this.#propagator = new Propagator(this.#evaluator, recursion, this.#materialiser);
    this.#rules = new RuleSet({
      interner,
      builtins: this.#builtins,
      nodes: this.#nodes,
      evaluator: this.#evaluator,
      materialiser: this.#materialiser,
      propagator: this.#propagator,
    });
    this.#facts = new FactTables(interner, this.#nodes, this.#propagator);
  }

  /**
   * Applies changes in order and brings every materialised view up to date. Never throws for limits: a view
   * that went past one is dropped, and whoever asks for it next gets the problem.
   */
  apply(changes: readonly EngineChange[]): void {
    this.#begin('changes');
    for (const change of changes) {
      if (change.kind === 'insert-rule') this.#rules.insert(change);
      else if (change.kind === 'delete-rule') this.#rules.delete(change.ruleId);
      else this.#facts.apply(change);
    }
    this.#rules.stratify();
    this.#propagator.run();
    this.#rules.releaseRuleless();
    this.#materialiser.trim(this.#options.materialisedRowsMax, null);
  }

  /**
   * All rows of a relation, in no particular order; empty for one that nobody knows. Throws EngineLimitExceeded,
   * UnsafeEvaluation, UnstratifiedNegation.
   */
  rows(relation: RelationName): readonly Tuple[] {
    const node = this.#ask(relation);
    if (node === undefined) return [];
    const { source } = node;
    const { values } = this.#interner;
    const tuples: Tuple[] = [];
    for (let row = 1; row < source.end; row++) {
      if (source.support[row]! > 0) tuples.push(source.columns.map((column) => values[column[row]!]!));
    }
    this.#rules.releaseVolatile();
    return tuples;
  }

  /** Number of rows of a relation. Throws like {@link rows}. */
  count(relation: RelationName): number {
    const size = this.#ask(relation)?.source.size ?? 0;
    this.#rules.releaseVolatile();
    return size;
  }

  /** Whether a relation holds a tuple. Throws like {@link rows}. */
  contains(relation: RelationName, tuple: Tuple): boolean {
    if (tuple.length !== relation.arity) return false;
    const node = this.#ask(relation);
    if (node === undefined) return false;
    const { source } = node;
    for (let i = 0; i < tuple.length; i++) {
      const id = this.#interner.find(tuple[i]!);
      if (id < 0) return false;
      source.probe[i] = id;
    }
    const row = source.findProbe();
    this.#rules.releaseVolatile();
    return row !== 0 && source.support[row]! > 0;
  }

  /**
   * The ground instances of a query, as a set: of an atom the atom, of a rule the whole rule (Congress reference
   * 3.1). Unqualified tables are those of `policy`. Throws like {@link rows}.
   */
  query(policy: string, query: Formula): readonly Formula[] {
    this.#begin('query');
    const answers = answerQuery(policy, query, {
      interner: this.#interner,
      builtins: this.#builtins,
      nodes: this.#nodes,
      evaluator: this.#evaluator,
      materialiser: this.#materialiser,
    });
    this.#rules.releaseVolatile();
    return answers;
  }

  /**
   * Runs `work` on the engine with changes of its own (see {@link Overlay}) and throws them away, whatever happens.
   * The overlay must not be kept. `subject` names the work when a limit is reached. Throws what `work` throws and
   * EngineLimitExceeded, UnsafeEvaluation, UnstratifiedNegation.
   */
  withOverlay<Result>(subject: string, work: (overlay: Overlay) => Result): Result {
    this.#begin(subject);
    const base = {
      interner: this.#interner,
      builtins: this.#builtins,
      nodes: this.#nodes,
      budget: this.#budget,
      ensure: (node: RelationNode) => this.#ensure(node),
    };
    try {
      return work(new Overlay(base));
    } finally {
      this.#rules.releaseVolatile();
    }
  }

  /**
   * Runs `work`, which asks this engine, but computes no longer than `sliceMs` (of `monotonicMs`) for a view: then it
   * throws EvaluationUnfinished, and the next call goes on where this one stopped. Changes may be applied in between:
   * what is computed starts anew when they concern it, and after a few times it is finished in one go.
   */
  inSlices<Result>(sliceMs: number, work: () => Result): Result {
    this.#materialiser.sliceMs = sliceMs;
    try {
      return work();
    } finally {
      this.#materialiser.sliceMs = Number.POSITIVE_INFINITY;
    }
  }

  /** Sizes, for metrics. Costs O(relations). */
  statistics(): EngineStatistics {
    return statisticsOf(this.#nodes.all(), this.#interner);
  }

  #ask(name: RelationName): RelationNode | undefined {
    const node = this.#nodes.find(name);
    if (node === undefined) return undefined;
    this.#begin(`${name.policy}:${name.table}`);
    this.#ensure(node);
    return node;
  }

  #ensure(node: RelationNode): void {
    const isNew = !node.isAvailable;
    this.#materialiser.ensure(node);
    if (isNew) this.#materialiser.trim(this.#options.materialisedRowsMax, node);
  }

  /** Between evaluations is the time to forget values that nothing holds any more. */
  #begin(subject: string): void {
    if (this.#interner.isSweepDue) {
      // Views that are not complete hold values that nobody else may know.
      this.#materialiser.abandonBuilds();
      sweepValues(this.#nodes.all(), this.#interner);
    }
    this.#budget.begin(subject);
  }
}
