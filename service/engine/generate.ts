import type { Budget } from './budget.ts';
import type { Builtin, BuiltinResult } from './builtins/builtin.ts';
import type { HashIndex } from './hash-index.ts';
import type { Interner } from './interner.ts';
import type { Plan, PlanStep } from './plan.ts';
import type { Argument, RelationLiteral } from './program.ts';
import type { Relation } from './relation.ts';
import type { TupleCheck } from './virtual-relation.ts';

/** Takes the answers of a plan. Tuples of two columns come through `emit2`, others through `probe`. */
export interface Sink {
  readonly probe: Int32Array;
  emit2(a: number, b: number, sign: number): void;
  emitProbe(sign: number): void;
}

/**
 * A plan as a function: `rows` holds row numbers (start `rows`) or the ids of the tuple (start `tuple`);
 * `sign` is handed to the sink. Returns true when the plan has no output and an answer exists.
 */
type PlanFunction = (rows: Int32Array, count: number, sign: number, sink: Sink | null) => boolean;

/** The same, interrupted when the slice of time of the evaluation is over. */
export type SlicedPlan = (
  rows: Int32Array,
  count: number,
  sign: number,
  sink: Sink | null,
) => Generator<void, boolean>;

export interface CompiledPlan {
  readonly plan: Plan;
  /** The relations the function was bound to, by step; a different one now means binding again. */
  readonly relations: readonly Relation[];
  /** Their sizes when the order of evaluation was chosen. */
  readonly sizes: readonly number[];
  readonly run: PlanFunction;
}

/** What every compiled plan shares. */
export interface Runtime {
  readonly interner: Interner;
  readonly budget: Budget;
  readonly factories: FactoryCache;
}

type Factory = (bindings: Bindings) => PlanFunction;

interface Bindings {
  readonly relations: readonly Relation[];
  readonly indexes: readonly (HashIndex | null)[];
  readonly constants: readonly number[];
  readonly builtins: readonly ((...inputs: unknown[]) => BuiltinResult)[];
  readonly checks: readonly TupleCheck[];
  readonly values: Interner['values'];
  readonly intern: (value: never) => number;
  readonly budget: Budget;
}

const factoriesMax = 4096;

/** Function texts compiled already; rules of the same shape share one. */
export class FactoryCache {
  readonly #factories = new Map<string, Factory>();

  get(text: string): Factory {
    const known = this.#factories.get(text);
    if (known !== undefined) return known;
    if (this.#factories.size >= factoriesMax) this.#factories.clear();
    const factory = new Function('x', text) as Factory;
    this.#factories.set(text, factory);
    return factory;
  }
}

/**
 * Compiles a plan to one JavaScript function of nested loops. The text is made of step, column, variable and
 * constant *positions* only: names, values and ids come in as arguments, so no text of a user reaches it, and
 * rules of the same shape share one function text.
 */
export function compilePlan(plan: Plan, runtime: Runtime, isSliced = false): CompiledPlan {
  const factory = runtime.factories.get(new PlanText(plan, isSliced).text());
  const relations = relationsOf(plan);
  const sizes = relations.map(({ size }) => size);
  return { plan, relations, sizes, run: factory(bindingsOf(plan, relations, runtime)) };
}

/** The relations a plan reads, in step order, as they are now. The rows a plan starts from come first. */
function relationsOf(plan: Plan): readonly Relation[] {
  const { form, start, steps } = plan;
  const first = start.kind === 'rows' ? [(form.body[start.literal] as RelationLiteral).node.source] : [];
  const read = steps.flatMap((step) => (step.kind === 'builtin' ? [] : [step.literal.node.source]));
  return [...first, ...read];
}

function bindingsOf(plan: Plan, relations: readonly Relation[], runtime: Runtime): Bindings {
  const builtins = plan.steps.flatMap((step) =>
    step.kind === 'builtin' ? [guarded(step.literal.builtin)] : [],
  );
  const first = plan.start.kind === 'rows' ? 1 : 0;
  const loops = plan.steps.filter((step) => step.kind !== 'builtin');
  const indexes = loops.map((step, at) =>
    step.kind === 'each' && step.columns.length > 0 ? relations[first + at]!.index(step.columns) : null,
  );
  return {
    relations,
    indexes,
    constants: plan.form.constants,
    builtins,
    checks: plan.steps.flatMap((step) => (step.kind === 'check' ? [step.literal.node.virtual!] : [])),
    values: runtime.interner.values,
    intern: (value: never) => runtime.interner.intern(value),
    budget: runtime.budget,
  };
}

/** A builtin that throws fails its literal (reference 2.12). No rest arguments: this is called for every row. */
function guarded(builtin: Builtin): (...inputs: unknown[]) => BuiltinResult {
  const { evaluate, inputs } = builtin;
  if (builtin.total === true) return evaluate;
  if (inputs > 2) return guardedMany(evaluate);
  return (a: unknown, b: unknown) => {
    try {
      return evaluate(a, b);
    } catch {
      return undefined;
    }
  };
}

function guardedMany(evaluate: Builtin['evaluate']): (...inputs: unknown[]) => BuiltinResult {
  return (...inputs) => {
    try {
      return evaluate(...inputs);
    } catch {
      return undefined;
    }
  };
}

/**
 * Writes the function text; `v3` is the id of variable 3, `w3` its value when a builtin computed it, `k1` constant
 * 1, `t2` the row of step 2, `r2_0` column 0 of the second relation. A computed value is interned where its id is
 * first needed, so values that only go from builtin to builtin never are.
 */
class PlanText {
  readonly #plan: Plan;
  readonly #isSliced: boolean;
  readonly #bound = new Set<number>();
  /** Variables that have a value and no id yet, and those that have a value at all. */
  readonly #withoutId = new Set<number>();
  readonly #computed = new Set<number>();
  readonly #head: string[] = [];
  readonly #body: string[] = [];
  readonly #hoisted = new Set<string>();
  #closings = '';
  #relation = 0;
  #index = 0;
  #builtin = 0;
  #checks = 0;

  constructor(plan: Plan, isSliced: boolean) {
    this.#plan = plan;
    this.#isSliced = isSliced;
  }

  text(): string {
    const { form, start, steps, output } = this.#plan;
    this.#head.push('const B = x.budget, V = x.values, intern = x.intern;');
    form.constants.forEach((_, at) => {
      this.#head.push(`const k${at} = x.constants[${at}];`);
    });
    if (start.kind === 'rows') this.#startRows(form.body[start.literal] as RelationLiteral);
    if (start.kind === 'tuple') this.#startTuple(start.args);
    steps.forEach((step, at) => {
      this.#step(step, at);
    });
    this.#body.push(output === null ? 'return true;' : this.#emit(output));
    const hoisted = [...this.#hoisted].join('\n');
    const code = `${hoisted}\n${this.#body.join('\n')}\n${this.#closings}\nreturn false;`;
    return `'use strict';\n${this.#head.join('\n')}\nreturn function${this.#isSliced ? '*' : ''} (rows, count, sign, sink) {\n${code}\n};`;
  }

  #startRows(literal: RelationLiteral): void {
    const relation = this.#nextRelation();
    this.#open('for (let s = 0; s < count; s++)');
    this.#body.push('const t = rows[s];', this.#useFuel());
    this.#match(literal.args, (column) => this.#column(relation, column, 't'), []);
  }

  #startTuple(args: readonly Argument[]): void {
    this.#match(args, (column) => `rows[${column}]`, []);
  }

  #step(step: PlanStep, at: number): void {
    if (step.kind === 'each') this.#each(step, at);
    else if (step.kind === 'member') this.#member(step, at);
    else if (step.kind === 'check') this.#check(step, at);
    else this.#callBuiltin(step, at);
  }

  #each(step: PlanStep & { kind: 'each' }, at: number): void {
    const relation = this.#nextRelation();
    const index = this.#index++;
    const row = `t${at}`;
    if (step.columns.length === 0) {
      this.#hoist(`const e${at} = ${relation}.end, u${at} = ${relation}.support;`);
      this.#open(`for (let ${row} = 1; ${row} < e${at}; ${row}++)`);
      this.#body.push(`if (u${at}[${row}] <= 0) continue;`);
    } else {
      this.#head.push(`const i${at} = x.indexes[${index}];`);
      this.#hoist(`const n${at} = i${at}.next;`);
      this.#open(`for (let ${row} = ${this.#first(step, at)}; ${row} !== 0; ${row} = n${at}[${row}])`);
    }
    this.#body.push(this.#useFuel());
    if (step.skipsStartRow) this.#body.push(`if (${row} === t) continue;`);
    this.#match(step.literal.args, (column) => this.#column(relation, column, row), step.columns);
  }

  /** The first row of an index lookup. */
  #first(step: PlanStep & { kind: 'each' }, at: number): string {
    const key = step.columns.map((column) => this.#argument(step.literal.args[column]!));
    if (key.length <= 2) return `i${at}.first${key.length}(${key.join(', ')})`;
    this.#hoist(`const q${at} = i${at}.key;`);
    this.#body.push(...key.map((value, place) => `q${at}[${place}] = ${value};`));
    return `i${at}.firstKey()`;
  }

  /** Binds the new variables of a tuple and compares what is bound already. */
  #match(args: readonly Argument[], read: (column: number) => string, known: readonly number[]): void {
    const checks: string[] = [];
    args.forEach((arg, column) => {
      if (known.includes(column)) return;
      if (arg >= 0 && !this.#bound.has(arg)) {
        this.#bound.add(arg);
        this.#body.push(`const v${arg} = ${read(column)};`);
      } else {
        checks.push(`${read(column)} === ${this.#argument(arg)}`);
      }
    });
    if (checks.length > 0) this.#open(`if (${checks.join(' && ')})`);
  }

  #member(step: PlanStep & { kind: 'member' }, at: number): void {
    const relation = this.#nextRelation();
    this.#index++;
    const args = step.literal.args.map((arg) => this.#argument(arg));
    if (args.length === 2) {
      this.#body.push(`const m${at} = ${relation}.find2(${args.join(', ')});`);
    } else {
      this.#hoist(`const q${at} = ${relation}.probe;`);
      this.#body.push(...args.map((value, place) => `q${at}[${place}] = ${value};`));
      this.#body.push(`const m${at} = ${relation}.findProbe();`);
    }
    const skip = step.skipsStartRow ? ` && m${at} !== t` : '';
    const found = `m${at} !== 0 && ${relation}.support[m${at}] > 0${skip}`;
    this.#open(step.literal.negated ? `if (!(${found}))` : `if (${found})`);
  }

  #check({ literal }: PlanStep & { kind: 'check' }, at: number): void {
    this.#nextRelation();
    this.#index++;
    this.#head.push(`const c${at} = x.checks[${this.#checks++}], q${at} = c${at}.tuple;`);
    const args = literal.args.map((arg) => this.#argument(arg));
    this.#body.push(...args.map((value, place) => `q${at}[${place}] = ${value};`));
    this.#open(`if (${literal.negated ? '!' : ''}c${at}.holds())`);
  }

  #callBuiltin(step: PlanStep & { kind: 'builtin' }, at: number): void {
    const { builtin, args, negated } = step.literal;
    this.#head.push(`const f${at} = x.builtins[${this.#builtin++}];`);
    const inputs = args.slice(0, builtin.inputs).map((arg) => this.#value(arg));
    const call = `f${at}(${inputs.join(', ')})`;
    const outputs = args.slice(builtin.inputs);
    if (builtin.many === true) {
      this.#callMany(call, outputs[0]!, { at, negated });
      return;
    }
    this.#body.push(`const o${at} = ${call};`);
    const read = (place: number) => (outputs.length === 1 ? `o${at}` : `o${at}[${place}]`);
    const succeeds = outputs.length === 0 ? `o${at} === true` : `o${at} !== undefined`;
    if (negated) {
      const equal = outputs.flatMap((arg, place) =>
        this.#isBound(arg) ? [`${read(place)} === ${this.#value(arg)}`] : [],
      );
      this.#open(`if (!(${[succeeds, ...equal].join(' && ')}))`);
      return;
    }
    this.#open(`if (${succeeds})`);
    this.#matchOutputs(outputs, read);
  }

  /** A builtin with any number of results: a loop over them, or a search when there must be none. */
  #callMany(
    call: string,
    output: Argument,
    { at, negated }: { readonly at: number; readonly negated: boolean },
  ): void {
    if (!negated) {
      this.#open(`for (const o${at} of ${call} ?? [])`);
      this.#body.push('if (--B.fuel < 0) B.refill();');
      this.#matchOutputs([output], () => `o${at}`);
      return;
    }
    this.#body.push(`const o${at} = ${call};`);
    const found = this.#isBound(output) ? `o${at}.includes(${this.#value(output)})` : `o${at}.length > 0`;
    this.#open(`if (o${at} === undefined || !(${found}))`);
  }

  #isBound(arg: Argument): boolean {
    return arg < 0 || this.#bound.has(arg);
  }

  /** Outputs bind new variables; for bound ones they are compared by value and type. */
  #matchOutputs(outputs: readonly Argument[], read: (place: number) => string): void {
    const checks: string[] = [];
    outputs.forEach((arg, place) => {
      if (arg >= 0 && !this.#bound.has(arg)) {
        this.#bound.add(arg);
        this.#withoutId.add(arg);
        this.#computed.add(arg);
        this.#body.push(`const w${arg} = ${read(place)};`);
      } else {
        checks.push(`${read(place)} === ${this.#value(arg)}`);
      }
    });
    if (checks.length > 0) this.#open(`if (${checks.join(' && ')})`);
  }

  #useFuel(): string {
    return this.#isSliced ? 'if (--B.fuel < 0 && B.refill()) yield;' : 'if (--B.fuel < 0) B.refill();';
  }

  #emit(output: readonly Argument[]): string {
    const args = output.map((arg) => this.#argument(arg));
    if (args.length === 2) return `sink.emit2(${args.join(', ')}, sign);`;
    const writes = args.map((value, place) => `p[${place}] = ${value};`).join(' ');
    this.#hoist('const p = sink.probe;');
    return `${writes} sink.emitProbe(sign);`;
  }

  #value(arg: Argument): string {
    return this.#computed.has(arg) ? `w${arg}` : `V[${this.#argument(arg)}]`;
  }

  #argument(arg: Argument): string {
    if (this.#withoutId.delete(arg)) this.#body.push(`const v${arg} = intern(w${arg});`);
    return arg >= 0 ? `v${arg}` : `k${-1 - arg}`;
  }

  #column(relation: string, column: number, row: string): string {
    this.#hoist(`const ${relation}_${column} = ${relation}.columns[${column}];`);
    return `${relation}_${column}[${row}]`;
  }

  #nextRelation(): string {
    const name = `r${this.#relation}`;
    this.#head.push(`const ${name} = x.relations[${this.#relation++}];`);
    return name;
  }

  #hoist(declaration: string): void {
    this.#hoisted.add(declaration);
  }

  #open(statement: string): void {
    this.#body.push(`${statement} {`);
    this.#closings += '}';
  }
}
