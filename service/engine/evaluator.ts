import { Aggregator } from './aggregation/aggregator.ts';
import { ColumnStatistics } from './column-statistics.ts';
import { type CompiledPlan, compilePlan, type Runtime, type Sink, type SlicedPlan } from './generate.ts';
import { type PlanRequest, planRule } from './plan.ts';
import { UnsafeEvaluation } from './problems.ts';
import type { RelationLiteral, RuleForm } from './program.ts';
import { RowList } from './row-list.ts';
import type { BuildSteps } from './view-build.ts';

const nothing = new RowList();

/** Runs rules by compiled plans, which it keeps with the rule and renews when relations are replaced or grow. */
export class Evaluator {
  readonly runtime: Runtime;
  /** Goes up whenever a relation becomes stored, virtual or neither: plans bound before may read the wrong one. */
  shape = 0;
  readonly #aggregator: Aggregator;
  readonly #statistics = new ColumnStatistics();
  /** Compiled plans by rule and by what starts them; bound anew when a relation they read is replaced. */
  readonly #plans = new WeakMap<RuleForm, Map<string, CompiledPlan>>();

  readonly #fromPlans = new WeakMap<RuleForm, RecentPlan[]>();

  constructor(runtime: Runtime) {
    this.runtime = runtime;
    this.#aggregator = new Aggregator(runtime);
  }

  /** Every derivation of the rule. */
  all(rule: RuleForm, sign: number, sink: Sink): void {
    if (rule.never) return;
    if (rule.aggregation !== undefined) {
      this.runtime.budget.subject = rule.ruleId;
      this.#aggregator.all(rule, sign, sink);
      return;
    }
    const compiled = this.#compiled(rule, 'all', () => ({ start: { kind: 'all' }, output: rule.head.args }));
    this.#run(rule, compiled, nothing, sign, sink);
  }

  /** As {@link Evaluator.all}; yields when the slice of time is over. */
  *allInSlices(rule: RuleForm, sink: Sink): BuildSteps {
    if (rule.never) return;
    if (rule.aggregation !== undefined) {
      this.all(rule, 1, sink);
      return;
    }
    const request = { start: { kind: 'all' }, output: rule.head.args } as const;
    const compiled = this.#compiled(rule, 'all in slices', () => request);
    this.runtime.budget.subject = rule.ruleId;
    const run = compiled.run as unknown as SlicedPlan;
    for (const _ of run(nothing.rows, 0, 1, sink)) {
      yield;
      this.runtime.budget.subject = rule.ruleId;
    }
  }

  /** As {@link Evaluator.from} with sign 1, by portions of rows; yields when the slice of time is over. */
  *fromInSlices(rule: RuleForm, literal: number, rows: RowList, sink: Sink): BuildSteps {
    if (rule.never) return;
    const { budget } = this.runtime;
    for (let start = 0; start < rows.length; start += rowsPerPortion) {
      budget.subject = rule.ruleId;
      const portion = rows.rows.subarray(start, Math.min(rows.length, start + rowsPerPortion));
      this.#fromPlan(rule, literal).run(portion, portion.length, 1, sink);
      if (budget.isSliceOver) yield;
    }
  }

  /** The derivations in which body literal `literal` is one of these rows of its relation. */
  from(rule: RuleForm, literal: number, delta: RowsAndSign, sink: Sink): void {
    if (rule.never || delta.rows.length === 0) return;
    if (rule.aggregation !== undefined) {
      this.runtime.budget.subject = rule.ruleId;
      this.#aggregator.from(rule, delta, sink);
      return;
    }
    this.#run(rule, this.#fromPlan(rule, literal), delta.rows, delta.sign, sink);
  }

  /** As {@link Evaluator.#compiled}, with as little work as possible: this is on the way of every single change. */
  #fromPlan(rule: RuleForm, literal: number): CompiledPlan {
    let plans = this.#fromPlans.get(rule);
    if (plans === undefined) {
      plans = [];
      this.#fromPlans.set(rule, plans);
    }
    const known = plans[literal];
    if (known !== undefined && known.shape === this.shape && --known.uses > 0) return known.plan;
    const plan = this.#compiled(rule, `rows ${literal}`, () => ({
      start: { kind: 'rows', literal },
      output: rule.head.args,
    }));
    plans[literal] = { plan, shape: this.shape, uses: usesBetweenLooks };
    return plan;
  }

  /** The derivations of tuples that have these ids in these columns of the head. */
  bound(
    rule: RuleForm,
    binding: { readonly columns: readonly number[]; readonly ids: Int32Array },
    sink: Sink,
  ): void {
    if (rule.never) return;
    const { columns, ids } = binding;
    const compiled = this.#compiled(rule, `bound ${columns.join()}`, () => ({
      start: { kind: 'tuple', args: columns.map((column) => rule.head.args[column]!) },
      output: rule.head.args,
    }));
    this.runtime.budget.subject = rule.ruleId;
    compiled.run(ids, ids.length, 1, sink);
  }

  /** Whether the rule derives this tuple. */
  derives(rule: RuleForm, tuple: Int32Array): boolean {
    if (rule.never) return false;
    this.runtime.budget.subject = rule.ruleId;
    return this.headPlan(rule).run(tuple, tuple.length, 1, null);
  }

  /** The plan that finds out whether a rule derives one tuple. */
  headPlan(rule: RuleForm): CompiledPlan {
    return this.#compiled(rule, 'head', () => ({
      start: { kind: 'tuple', args: rule.head.args },
      output: null,
    }));
  }

  /** Estimated rows that {@link Evaluator.all} looks at. Throws UnsafeEvaluation. */
  cost(rule: RuleForm): number {
    if (rule.never || rule.aggregation !== undefined) return 0;
    return planRule(rule, { start: { kind: 'all' }, output: rule.head.args }, this.#statistics).cost;
  }

  /** Estimated cost of {@link derives}; infinite for a rule that is unsafe when nothing is bound. */
  checkCost(rule: RuleForm): number {
    const { args } = rule.head;
    try {
      planRule(rule, { start: { kind: 'all' }, output: args }, this.#statistics);
      return planRule(rule, { start: { kind: 'tuple', args }, output: null }, this.#statistics).cost;
    } catch (error) {
      if (error instanceof UnsafeEvaluation) return Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  #run(rule: RuleForm, compiled: CompiledPlan, rows: RowList, sign: number, sink: Sink): void {
    this.runtime.budget.subject = rule.ruleId;
    compiled.run(rows.rows, rows.length, sign, sink);
  }

  #compiled(rule: RuleForm, key: string, request: () => PlanRequest): CompiledPlan {
    const plans = this.#plansOf(rule);
    const known = plans.get(key);
    if (known !== undefined && isCurrent(known)) return known;
    const plan = planRule(rule, request(), this.#statistics);
    const compiled = compilePlan(plan, this.runtime, key === 'all in slices');
    plans.set(key, compiled);
    return compiled;
  }

  #plansOf(rule: RuleForm): Map<string, CompiledPlan> {
    let plans = this.#plans.get(rule);
    if (plans === undefined) {
      plans = new Map();
      this.#plans.set(rule, plans);
    }
    return plans;
  }
}

const rowsPerPortion = 8192;
/** Uses of a plan after which the sizes of what it reads are looked at again. */
const usesBetweenLooks = 64;

interface RecentPlan {
  readonly plan: CompiledPlan;
  readonly shape: number;
  uses: number;
}

export interface RowsAndSign {
  readonly rows: RowList;
  readonly sign: number;
}

/** Bound to the relations of today, and none has grown or shrunk so much that another order may be better. */
function isCurrent(compiled: CompiledPlan): boolean {
  const { plan, relations, sizes } = compiled;
  let at = 0;
  if (plan.start.kind === 'rows') {
    const literal = plan.form.body[plan.start.literal] as RelationLiteral;
    if (literal.node.source !== relations[at++]) return false;
  }
  for (const step of plan.steps) {
    if (step.kind === 'builtin') continue;
    const relation = step.literal.node.source;
    if (relation !== relations[at]) return false;
    if (step.kind !== 'check' && !isSimilar(relation.size, sizes[at]!)) return false;
    at++;
  }
  return true;
}

function isSimilar(size: number, planned: number): boolean {
  return (size < 256 && planned < 256) || (size < planned * 8 && planned < size * 8);
}
