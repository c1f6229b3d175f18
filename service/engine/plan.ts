import { isAnonymous } from '../datalog/variables.ts';
import type { ColumnStatistics } from './column-statistics.ts';
import { UnsafeEvaluation } from './problems.ts';
import type { Argument, BuiltinLiteral, RelationLiteral, RuleForm } from './program.ts';

/**
 * An order of evaluation for a rule body: nested loops, each literal placed where what is bound makes it
 * cheapest, negations and builtins as soon as their variables are bound.
 */
export interface Plan {
  readonly form: RuleForm;
  readonly start: PlanStart;
  readonly steps: readonly PlanStep[];
  /** What is handed to the sink; null = stop at the first answer and return true. */
  readonly output: readonly Argument[] | null;
  /** Estimated work of one run (for `rows`, from one row) in rows looked at, without building indexes. */
  readonly cost: number;
}

/**
 * - `all`: nothing is given.
 * - `rows`: rows of the relation of body literal `literal`, whose pattern is matched first.
 * - `tuple`: one tuple that has to match these arguments (a head, or bound columns of one).
 */
type PlanStart =
  | { readonly kind: 'all' }
  | { readonly kind: 'rows'; readonly literal: number }
  | { readonly kind: 'tuple'; readonly args: readonly Argument[] };

export type PlanStep =
  /** Loops over the rows that agree with the bound arguments: an index on `columns`, or a scan when empty. */
  | {
      readonly kind: 'each';
      readonly literal: RelationLiteral;
      readonly columns: readonly number[];
      readonly skipsStartRow: boolean;
    }
  /** All arguments bound: a look into the identity set. */
  | { readonly kind: 'member'; readonly literal: RelationLiteral; readonly skipsStartRow: boolean }
  /** All arguments bound, of a relation that is not stored: asked about the one tuple. */
  | { readonly kind: 'check'; readonly literal: RelationLiteral }
  | { readonly kind: 'builtin'; readonly literal: BuiltinLiteral };

const rowCost = 1;
const lookupCost = 3;
const checkCost = 15;
const indexBuildCost = 10;
/** Part of the rows that a test is taken to leave, for want of anything better. */
const passingPart = 0.4;
/** A plan that runs once scans a table this often rather than index it. */
const scansMax = 4;

export interface PlanRequest {
  readonly start: PlanStart;
  readonly output: readonly Argument[] | null;
}

/** Plans a rule. Throws {@link UnsafeEvaluation} when some literal or output can never be bound. */
export function planRule(form: RuleForm, request: PlanRequest, statistics: ColumnStatistics): Plan {
  const candidates = request.start.kind === 'all' ? firstLiterals(form) : [null];
  let best: Ordering | null = null;
  for (const first of candidates) {
    const ordering = new Ordering(form, request.start, statistics);
    ordering.run(first);
    if (best === null || ordering.total < best.total) best = ordering;
  }
  const { steps, bound, cost } = best!;
  const unbound = (request.output ?? []).some((arg) => arg >= 0 && !bound.has(arg));
  if (unbound) throw new UnsafeEvaluation(form.ruleId);
  return { form, start: request.start, steps, output: request.output, cost };
}

/** Every positive relation literal is tried as the outermost loop, at most a dozen. */
function firstLiterals(form: RuleForm): readonly (number | null)[] {
  const positive = form.body.flatMap((literal, at) =>
    literal.kind === 'relation' && !literal.negated ? [at] : [],
  );
  return positive.length === 0 ? [null] : positive.slice(0, 12);
}

class Ordering {
  readonly steps: PlanStep[] = [];
  readonly bound = new Set<number>();
  cost = 0;
  #indexCost = 0;
  #rows = 1;
  readonly #form: RuleForm;
  readonly #start: PlanStart;
  readonly #statistics: ColumnStatistics;
  readonly #waiting: Set<number>;

  constructor(form: RuleForm, start: PlanStart, statistics: ColumnStatistics) {
    this.#form = form;
    this.#start = start;
    this.#statistics = statistics;
    this.#waiting = new Set(form.body.keys());
  }

  /** Cost with the indexes that would have to be built. */
  get total(): number {
    return this.cost + this.#indexCost;
  }

  run(first: number | null): void {
    this.#bindStart();
    this.#placeFilters();
    if (first !== null && this.#waiting.has(first)) this.#placeLoop(first);
    while (this.#waiting.size > 0) {
      const next = this.#cheapestLoop();
      if (next === null) throw new UnsafeEvaluation(this.#form.ruleId);
      this.#placeLoop(next);
    }
  }

  #bindStart(): void {
    const start = this.#start;
    if (start.kind === 'rows') {
      this.#waiting.delete(start.literal);
      this.#bind(this.#form.body[start.literal]!.args);
    }
    if (start.kind === 'tuple') this.#bind(start.args);
  }

  #bind(args: readonly Argument[]): void {
    for (const arg of args) if (arg >= 0) this.bound.add(arg);
  }

  #isBound(arg: Argument): boolean {
    return arg < 0 || this.bound.has(arg);
  }

  /** Places every literal that only filters or computes, until none is left that can be placed. */
  #placeFilters(): void {
    for (let placed = true; placed; ) {
      placed = false;
      for (const at of this.#waiting) {
        if (!this.#placeFilter(at)) continue;
        this.#waiting.delete(at);
        placed = true;
      }
    }
  }

  #placeFilter(at: number): boolean {
    const literal = this.#form.body[at]!;
    if (literal.kind === 'builtin') {
      if (!this.#isCallable(literal)) return false;
      this.steps.push({ kind: 'builtin', literal });
      if (!literal.negated) this.#bind(literal.args);
      this.cost += this.#rows;
      if (literal.negated || literal.builtin.outputs === 0) this.#rows *= passingPart;
      return true;
    }
    if (!literal.args.every((arg) => this.#isBound(arg))) return false;
    const isStored = literal.node.view !== null || literal.node.virtual === null;
    if (isStored) this.steps.push({ kind: 'member', literal, skipsStartRow: this.#skipsStartRow(at) });
    else this.steps.push({ kind: 'check', literal });
    this.cost += this.#rows * (isStored ? lookupCost : checkCost);
    this.#rows *= passingPart;
    return true;
  }

  /** Outputs of a negated builtin are bound too, unless they may be anything. */
  #isCallable({ args, builtin, negated }: BuiltinLiteral): boolean {
    return args.every((arg, at) => {
      if (this.#isBound(arg) || (!negated && at >= builtin.inputs)) return true;
      return at >= builtin.inputs && isAnonymous(this.#form.variables[arg]!);
    });
  }

  #cheapestLoop(): number | null {
    let best: number | null = null;
    let bestRows = Number.POSITIVE_INFINITY;
    for (const at of this.#waiting) {
      const literal = this.#form.body[at]!;
      if (literal.kind === 'builtin' || literal.negated) continue;
      const rows = this.#statistics.rowsPerKey(literal.node.source, this.#boundColumns(literal));
      if (rows < bestRows) {
        best = at;
        bestRows = rows;
      }
    }
    return best;
  }

  #placeLoop(at: number): void {
    const literal = this.#form.body[at] as RelationLiteral;
    const relation = literal.node.source;
    const rows = this.#statistics.rowsPerKey(relation, this.#boundColumns(literal));
    const columns = this.#indexColumns(literal);
    const isIndexed = columns.length === 0 || relation.indexedKeys(columns) !== undefined;
    if (!isIndexed) this.#indexCost += relation.size * indexBuildCost;
    this.cost +=
      this.#rows * (columns.length === 0 ? relation.size * rowCost : lookupCost + rows * lookupCost);
    this.#rows *= Math.max(rows, 0.01);
    this.steps.push({ kind: 'each', literal, columns, skipsStartRow: this.#skipsStartRow(at) });
    this.#waiting.delete(at);
    this.#bind(literal.args);
    this.#placeFilters();
  }

  /** Columns to look up by; none (a scan that compares) where a plan of its own would index a table for a few looks. */
  #indexColumns(literal: RelationLiteral): readonly number[] {
    const columns = this.#boundColumns(literal);
    const isOneOff = this.#start.kind === 'all' && this.#rows <= scansMax;
    return isOneOff && literal.node.source.indexedKeys(columns) === undefined ? [] : columns;
  }

  #boundColumns(literal: RelationLiteral): readonly number[] {
    return literal.args.flatMap((arg, column) => (this.#isBound(arg) ? [column] : []));
  }

  /** Later occurrences of the changed relation are read without the changed row (see propagate.ts). */
  #skipsStartRow(at: number): boolean {
    if (this.#start.kind !== 'rows' || at < this.#start.literal) return false;
    const literal = this.#form.body[at]!;
    const changed = this.#form.body[this.#start.literal] as RelationLiteral;
    return literal.kind === 'relation' && literal.node === changed.node;
  }
}
