import { printLiteral, printStatement } from '../../datalog/printer.ts';
import type { Atom, Literal, Rule, Term } from '../../datalog/tree.ts';
import type { Value } from '../../datalog/value.ts';
import {
  boundTo,
  type ExplainedWorld,
  type GroundRow,
  isBuiltin,
  type OwnedRule,
  referenceTo,
  rowOf,
} from './explained-world.ts';
import type { FailingLiteral, FailureExample, RuleFailure } from './explanation.ts';
import type { ExplanationLimits, RowExplainer } from './row-explainer.ts';

/** Bindings shown with a failing literal. */
const examplesMax = 3;
/** Failing literals that are explained in turn. */
const missingDepthMax = 3;

/**
 * Explains rows that do not hold: for each rule the first literal of its body, in the order in which it is evaluated,
 * that cannot be made true together with those before it.
 */
export class WhyNot {
  readonly #world: ExplainedWorld;
  readonly #rows: RowExplainer;
  readonly #limits: ExplanationLimits;
  /** Rows whose absence is being explained. */
  readonly #path: string[] = [];

  constructor(parts: {
    readonly world: ExplainedWorld;
    readonly rows: RowExplainer;
    readonly limits: ExplanationLimits;
  }) {
    this.#world = parts.world;
    this.#rows = parts.rows;
    this.#limits = parts.limits;
  }

  failures(row: GroundRow): readonly RuleFailure[] {
    return this.#world.rulesOf(row).map((rule) => {
      const bound = boundTo(rule, row.row);
      return { rule: referenceTo(rule), failing: bound === null ? null : this.#failing(rule, bound, row) };
    });
  }

  /** Bodies are stored in an order that can be evaluated from left to right, so every beginning can be asked. */
  #failing(rule: OwnedRule, bound: Rule, row: GroundRow): FailingLiteral {
    let reached: readonly Rule[] = [bound];
    for (const [index, literal] of bound.body.entries()) {
      const further = this.#beginnings(rule.policy, bound, index + 1);
      if (further.length === 0) return this.#described({ rule, literal, index, reached });
      reached = further;
    }
    return { index: bound.body.length, ...this.#afterBody(rule, row) };
  }

  /** The body holds, and the row is missing all the same. */
  #afterBody({ formula }: OwnedRule, row: GroundRow): Omit<FailingLiteral, 'index'> {
    const { aggregates } = formula;
    if (aggregates === undefined)
      return { literal: 'the rule waits for the first rows of a table', examples: [] };
    const pattern = row.row.map((value, column) =>
      aggregates.some((aggregate) => aggregate.column === column) ? null : value,
    );
    const others = this.#world.rowsLike(row, pattern).slice(0, examplesMax);
    const examples = others.map((other) => ({ ...noExample, instance: printStatement(other) }));
    return { literal: 'the aggregates come to other values', examples };
  }

  /** Instances of the first literals of a body. */
  #beginnings(policy: string, bound: Rule, length: number): readonly Rule[] {
    return this.#world.instances(policy, { ...bound, body: bound.body.slice(0, length) }, examplesMax);
  }

  #described(failure: {
    readonly rule: OwnedRule;
    readonly literal: Literal;
    readonly index: number;
    readonly reached: readonly Rule[];
  }): FailingLiteral {
    const { rule, literal, index, reached } = failure;
    const before = rule.formula.body.slice(0, index);
    const examples = reached.map((instance) => {
      const bindings = bindingsOf([...rule.formula.heads, ...before], [...instance.heads, ...instance.body]);
      return this.#example(rule.policy, literal, bindings);
    });
    return { index, literal: printLiteral(rule.formula.body[index]!), examples };
  }

  #example(policy: string, literal: Literal, bindings: ReadonlyMap<string, Value>): FailureExample {
    const instance: Literal = { negated: literal.negated, atom: substituted(literal.atom, bindings) };
    const isGround = instance.atom.args.every(({ kind }) => kind === 'constant');
    const builtin = isBuiltin(instance.atom);
    const isRow = isGround && !builtin;
    return {
      bindings: Object.fromEntries(bindings),
      instance: printLiteral(instance),
      because: isRow && instance.negated ? this.#rows.explain(rowOf(instance, policy), 1) : null,
      missing: isRow && !instance.negated ? this.#missing(rowOf(instance, policy)) : null,
      computed: builtin ? this.#world.computed(instance.atom) : null,
    };
  }

  #missing(row: GroundRow): readonly RuleFailure[] | null {
    const key = JSON.stringify([row.policy, row.table, row.row.map((value) => `${typeof value} ${value}`)]);
    const depth = Math.min(missingDepthMax, this.#limits.depth);
    if (this.#path.length >= depth || this.#path.includes(key)) return null;
    this.#path.push(key);
    try {
      return this.failures(row);
    } finally {
      this.#path.pop();
    }
  }
}

const noExample = { bindings: {}, because: null, missing: null, computed: null };

/** What variables of literals stand for in instances of them. */
function bindingsOf(literals: readonly Literal[], instances: readonly Literal[]): ReadonlyMap<string, Value> {
  const bindings = new Map<string, Value>();
  for (const [at, { atom }] of literals.entries()) {
    for (const [column, term] of atom.args.entries()) {
      const value = instances[at]?.atom.args[column];
      if (term.kind === 'variable' && value?.kind === 'constant') bindings.set(term.name, value.value);
    }
  }
  return bindings;
}

function substituted(atom: Atom, bindings: ReadonlyMap<string, Value>): Atom {
  const args = atom.args.map((term): Term => {
    const value = term.kind === 'variable' ? bindings.get(term.name) : undefined;
    return value === undefined ? term : { kind: 'constant', value };
  });
  return { ...atom, args };
}
