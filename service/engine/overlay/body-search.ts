import type { Value } from '../../datalog/value.ts';
import { isAnonymous } from '../../datalog/variables.ts';
import type { Budget } from '../budget.ts';
import type { Builtin, BuiltinResult } from '../builtins/builtin.ts';
import { UnsafeEvaluation } from '../problems.ts';
import type { Argument, BodyLiteral, BuiltinLiteral, RelationLiteral, RuleForm } from '../program.ts';
import { type OverlayValues, type Row, unbound } from './overlay-values.ts';

/** Rows that a search reads. Ids of a row that say "no value" are {@link unbound} or lower than every value. */
export interface LiteralRows {
  /** About how many rows agree with these columns, whatever their values. */
  estimate(literal: RelationLiteral, columns: readonly number[]): number;
  /**
   * Calls `visit` with rows that have these ids in these columns (ascending) until it returns true; returns whether
   * it did.
   */
  visit(literal: RelationLiteral, pattern: RowPattern, visit: (row: Row) => boolean): boolean;
}

export interface RowPattern {
  readonly columns: readonly number[];
  readonly key: readonly number[];
}

/** What a search needs besides the rule. */
export interface SearchWorld {
  readonly values: OverlayValues;
  readonly budget: Budget;
  readonly rows: LiteralRows;
}

/** Ids at or below this number stand for a variable without value (see inclusion.ts). */
export const namelessFrom = -1_000_000_000;

export function isValue(id: number): boolean {
  return id !== unbound && id > namelessFrom;
}

/**
 * Finds the ways in which the body of one rule holds, by nested loops over rows: literals that only test come as
 * soon as their variables are bound, then the literal with the fewest rows. Interpreted: it is for few answers or
 * small changes; whole relations are the compiled plans' work.
 */
export class BodySearch {
  /** By variable: an id, or {@link unbound}. */
  readonly binding: number[];
  readonly #rule: RuleForm;
  readonly #world: SearchWorld;
  readonly #skipped = new Set<number>();
  #order: readonly BodyLiteral[] = [];
  #visit: (binding: readonly number[]) => boolean = () => true;

  constructor(rule: RuleForm, world: SearchWorld) {
    this.#rule = rule;
    this.#world = world;
    this.binding = new Array<number>(rule.variables.length).fill(unbound);
  }

  /** Binds the variables of these arguments to a row; false when it does not match. */
  bind(args: readonly Argument[], row: Row): boolean {
    for (let column = 0; column < args.length; column++) {
      const arg = args[column]!;
      const id = row[column]!;
      if (!isValue(id)) continue;
      const known = this.idOf(arg);
      if (known === id) continue;
      if (arg < 0 || known !== unbound) return false;
      this.binding[arg] = id;
    }
    return true;
  }

  /** Leaves a body literal out: it is known to hold. */
  skip(literal: number): void {
    this.#skipped.add(literal);
  }

  /**
   * Calls `visit` for every way in which the rest holds, until it returns true; returns whether it did. Throws
   * UnsafeEvaluation, EngineLimitExceeded.
   */
  run(visit: (binding: readonly number[]) => boolean): boolean {
    if (this.#rule.never) return false;
    this.#visit = visit;
    this.#order = this.#planned();
    this.#world.budget.subject = this.#rule.ruleId;
    return this.#from(0);
  }

  idOf(arg: Argument): number {
    return arg >= 0 ? this.binding[arg]! : this.#rule.constants[-1 - arg]!;
  }

  /** The row of these arguments; {@link unbound} where a variable has no value. */
  rowOf(args: readonly Argument[]): number[] {
    return args.map((arg) => this.idOf(arg));
  }

  #planned(): readonly BodyLiteral[] {
    const bound = new Set<number>();
    this.binding.forEach((id, variable) => {
      if (id !== unbound) bound.add(variable);
    });
    const waiting = this.#rule.body.filter((_, at) => !this.#skipped.has(at));
    const order: BodyLiteral[] = [];
    while (waiting.length > 0) {
      const next = waiting.find((literal) => this.#isTest(literal, bound)) ?? this.#fewest(waiting, bound);
      if (next === null) throw new UnsafeEvaluation(this.#rule.ruleId);
      waiting.splice(waiting.indexOf(next), 1);
      order.push(next);
      if (!next.negated) for (const arg of next.args) if (arg >= 0) bound.add(arg);
    }
    return order;
  }

  #isTest(literal: BodyLiteral, bound: ReadonlySet<number>): boolean {
    const { args, negated } = literal;
    const inputs = literal.kind === 'builtin' ? literal.builtin.inputs : 0;
    const others = args.slice(inputs);
    const isBuiltin = literal.kind === 'builtin' && !negated;
    const needed = negated ? this.#named(others) : isBuiltin ? [] : others;
    return [...args.slice(0, inputs), ...needed].every((arg) => isBound(arg, bound));
  }

  #fewest(waiting: readonly BodyLiteral[], bound: ReadonlySet<number>): RelationLiteral | null {
    let best: RelationLiteral | null = null;
    let bestRows = Number.POSITIVE_INFINITY;
    for (const literal of waiting) {
      if (literal.kind !== 'relation' || literal.negated) continue;
      const columns = literal.args.flatMap((arg, column) => (isBound(arg, bound) ? [column] : []));
      const rows = this.#world.rows.estimate(literal, columns);
      if (best === null || rows < bestRows) {
        best = literal;
        bestRows = rows;
      }
    }
    return best;
  }

  #from(step: number): boolean {
    const literal = this.#order[step];
    if (literal === undefined) return this.#visit(this.binding);
    if (literal.kind === 'builtin') return this.#builtin(literal, step);
    if (literal.negated) return !this.#isThere(literal) && this.#from(step + 1);
    return this.#each(literal, step);
  }

  #each(literal: RelationLiteral, step: number): boolean {
    const { args } = literal;
    const { budget, rows } = this.#world;
    return rows.visit(literal, this.#pattern(args), (row) => {
      if (--budget.fuel < 0) budget.refill();
      return this.#with(args, row, step);
    });
  }

  /** Goes on with the variables of `args` bound to a row, and unbinds them afterwards. */
  #with(args: readonly Argument[], row: Row, step: number): boolean {
    const fresh = args.filter((arg) => arg >= 0 && this.binding[arg] === unbound);
    const found = this.bind(args, row) && this.#from(step + 1);
    for (const variable of fresh) this.binding[variable] = unbound;
    return found;
  }

  #isThere(literal: RelationLiteral): boolean {
    this.#requireBound(this.#named(literal.args));
    return this.#world.rows.visit(literal, this.#pattern(literal.args), () => true);
  }

  #pattern(args: readonly Argument[]): RowPattern {
    const columns: number[] = [];
    const key: number[] = [];
    args.forEach((arg, column) => {
      const id = this.idOf(arg);
      if (id === unbound) return;
      columns.push(column);
      key.push(id);
    });
    return { columns, key };
  }

  #builtin(literal: BuiltinLiteral, step: number): boolean {
    const { builtin, args, negated } = literal;
    const wanted = args.slice(builtin.inputs);
    this.#requireBound(args.slice(0, builtin.inputs));
    if (negated) this.#requireBound(this.#named(wanted));
    const results = this.builtinResults(literal).filter((outputs) => this.#agree(wanted, outputs));
    if (negated) return results.length === 0 && this.#from(step + 1);
    return results.some((outputs) =>
      this.#with(
        wanted,
        outputs.map((value) => this.#world.values.idOf(value)),
        step,
      ),
    );
  }

  /** What a builtin computes from its inputs, which are bound: the outputs of each result; none when it fails. */
  builtinResults({ builtin, args }: BuiltinLiteral): readonly (readonly Value[])[] {
    const inputs = args.slice(0, builtin.inputs).map((arg) => this.#world.values.valueOf(this.idOf(arg)));
    return resultsOf(builtin, inputs);
  }

  /** Without anonymous variables: where they may be anything, none needs a value. */
  #named(args: readonly Argument[]): readonly Argument[] {
    return args.filter((arg) => arg < 0 || !isAnonymous(this.#rule.variables[arg]!));
  }

  #agree(args: readonly Argument[], outputs: readonly Value[]): boolean {
    return args.every((arg, at) => {
      const id = this.idOf(arg);
      return id === unbound || this.#world.values.valueOf(id) === outputs[at];
    });
  }

  #requireBound(args: readonly Argument[]): void {
    if (args.some((arg) => this.idOf(arg) === unbound)) throw new UnsafeEvaluation(this.#rule.ruleId);
  }
}

/** The outputs of each result of a builtin; none when it fails, as it does when it throws (reference 2.12). */
export function resultsOf(builtin: Builtin, inputs: readonly Value[]): readonly (readonly Value[])[] {
  const result = guarded(() => builtin.evaluate(...inputs));
  if (builtin.outputs === 0) return result === true ? [[]] : [];
  if (result === undefined) return [];
  if (builtin.many === true) return (result as readonly Value[]).map((value) => [value]);
  return [Array.isArray(result) ? result : [result as Value]];
}

function guarded(evaluate: () => BuiltinResult): BuiltinResult {
  try {
    return evaluate();
  } catch {
    return undefined;
  }
}

function isBound(arg: Argument, bound: ReadonlySet<number>): boolean {
  return arg < 0 || bound.has(arg);
}
