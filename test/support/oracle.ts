import type { Aggregate, Atom, Literal, Rule, Term } from '../../service/datalog/tree.ts';
import type { Tuple, Value } from '../../service/datalog/value.ts';
import { BuiltinRegistry } from '../../service/engine/builtins/registry.ts';
import type { EngineChange, RelationName } from '../../service/engine/engine-change.ts';
import { defaultEngineOptions } from '../../service/engine/engine-options.ts';
import { aggregated } from './oracle-aggregates.ts';

/**
 * The slow, obviously right evaluator: keeps the program as lists and computes everything anew for every
 * question. Strata by Ullman's numbering, each stratum by naive iteration, each rule body by backtracking over
 * all rows in the order that safety allows. Shares only the builtins with the engine.
 */
export class Oracle {
  readonly #facts = new Map<string, Map<string, Tuple>>();
  readonly #rules = new Map<string, { readonly policy: string; readonly rule: Rule }>();

  apply(changes: readonly EngineChange[]): void {
    for (const change of changes) this.#applyOne(change);
  }

  /** Rows of a relation, sorted by text. */
  rows(name: RelationName): readonly string[] {
    return [...(this.#evaluate().get(relationKey(name)) ?? new Map()).keys()].sort();
  }

  #applyOne(change: EngineChange): void {
    if (change.kind === 'insert-rule') this.#rules.set(change.ruleId, change);
    else if (change.kind === 'delete-rule') this.#rules.delete(change.ruleId);
    else if (change.kind === 'insert-fact')
      this.#table(change, change.tuple.length).set(tupleKey(change.tuple), change.tuple);
    else if (change.kind === 'delete-fact')
      this.#table(change, change.tuple.length).delete(tupleKey(change.tuple));
    else {
      const table = this.#table(change, change.arity);
      if (change.kind !== 'change-table') table.clear();
      const deleted = change.kind === 'change-table' ? change.deleted : [];
      const inserted =
        change.kind === 'change-table' ? change.inserted : change.kind === 'replace-table' ? change.rows : [];
      for (const tuple of deleted) table.delete(tupleKey(tuple));
      for (const tuple of inserted) table.set(tupleKey(tuple), tuple);
    }
  }

  #table(
    { policy, table }: { readonly policy: string; readonly table: string },
    arity: number,
  ): Map<string, Tuple> {
    const key = relationKey({ policy, table, arity, modal: null });
    const known = this.#facts.get(key) ?? new Map<string, Tuple>();
    this.#facts.set(key, known);
    return known;
  }

  #evaluate(): Map<string, Map<string, Tuple>> {
    const relations = new Map([...this.#facts].map(([key, rows]) => [key, new Map(rows)]));
    const rules = [...this.#rules.values()].map(({ policy, rule }) => new GroundedRule(policy, rule));
    const strata = stratumNumbers(rules);
    const levels = [...new Set(strata.values())].sort((a, b) => a - b);
    for (const level of levels) {
      const active = rules.filter(({ head }) => strata.get(head) === level);
      for (let changed = true; changed; ) {
        changed = false;
        for (const rule of active) if (rule.deriveInto(relations)) changed = true;
      }
    }
    return relations;
  }
}

const builtins = new BuiltinRegistry(defaultEngineOptions);

function relationKey({ policy, table, arity, modal }: RelationName): string {
  return JSON.stringify([policy, table, arity, modal]);
}

/** Distinguishes "1", 1 and 1.0. */
export function tupleKey(tuple: Tuple): string {
  return tuple.map((value) => `${typeof value} ${JSON.stringify(String(value))}`).join(', ');
}

class GroundedRule {
  readonly head: string;
  readonly #policy: string;
  readonly #headAtom: Atom;
  readonly #body: readonly Literal[];
  readonly #aggregates: readonly Aggregate[];

  constructor(policy: string, rule: Rule) {
    this.#policy = policy;
    this.#headAtom = rule.heads[0]!.atom;
    this.#aggregates = rule.aggregates ?? [];
    this.head = relationKey({
      policy,
      table: this.#headAtom.table,
      arity: this.#headAtom.args.length,
      modal: null,
    });
    const positive = rule.body.filter((literal) => !literal.negated && !isBuiltin(literal));
    const builtins = rule.body.filter((literal) => !literal.negated && isBuiltin(literal));
    this.#body = [...positive, ...builtins, ...rule.body.filter(({ negated }) => negated)];
  }

  /** Relations read, with the sign of the literal. */
  get reads(): readonly { readonly key: string; readonly negated: boolean }[] {
    return this.#body
      .filter((literal) => !isBuiltin(literal))
      .map(({ atom, negated }) => ({
        key: this.#keyOf(atom),
        negated: negated || this.#aggregates.length > 0,
      }));
  }

  deriveInto(relations: Map<string, Map<string, Tuple>>): boolean {
    const rows = relations.get(this.head) ?? new Map<string, Tuple>();
    relations.set(this.head, rows);
    const bindings: ReadonlyMap<string, Value>[] = [];
    this.#search(0, new Map(), relations, (binding) => bindings.push(binding));
    const derived =
      this.#aggregates.length > 0
        ? aggregated(this.#headAtom, this.#aggregates, bindings)
        : bindings.map((binding) => this.#headAtom.args.map((term) => constantOf(term, binding)!));
    const before = rows.size;
    for (const tuple of derived) rows.set(tupleKey(tuple), tuple);
    return rows.size > before;
  }

  #search(
    at: number,
    binding: ReadonlyMap<string, Value>,
    relations: ReadonlyMap<string, ReadonlyMap<string, Tuple>>,
    found: (binding: ReadonlyMap<string, Value>) => void,
  ): void {
    const literal = this.#body[at];
    if (literal === undefined) {
      found(binding);
      return;
    }
    const extensions = isBuiltin(literal)
      ? builtinExtensions(literal.atom, binding)
      : [...(relations.get(this.#keyOf(literal.atom)) ?? new Map<string, Tuple>()).values()].flatMap(
          (tuple) => matched(literal.atom.args, tuple, binding),
        );
    if (literal.negated) {
      if (extensions.length === 0) this.#search(at + 1, binding, relations, found);
      return;
    }
    for (const extended of extensions) this.#search(at + 1, extended, relations, found);
  }

  #keyOf(atom: Atom): string {
    return relationKey({
      policy: atom.policy ?? this.#policy,
      table: atom.table,
      arity: atom.args.length,
      modal: null,
    });
  }
}

function isBuiltin({ atom }: Literal): boolean {
  return builtins.find(atom) !== undefined;
}

function builtinExtensions(atom: Atom, binding: ReadonlyMap<string, Value>): ReadonlyMap<string, Value>[] {
  const builtin = builtins.find(atom)!;
  const inputs = atom.args.slice(0, builtin.inputs).map((term) => constantOf(term, binding)!);
  try {
    const result = builtin.evaluate(...inputs);
    if (builtin.many === true)
      return ((result ?? []) as Tuple).flatMap((one) =>
        matched(atom.args.slice(builtin.inputs), [one], binding),
      );
    if (builtin.outputs === 0) return result === true ? [new Map(binding)] : [];
    if (result === undefined) return [];
    const outputs = (builtin.outputs === 1 ? [result] : result) as Tuple;
    return matched(atom.args.slice(builtin.inputs), outputs, binding);
  } catch {
    return [];
  }
}

/** The binding extended so that the terms are the tuple; empty when they disagree. */
function matched(
  terms: readonly Term[],
  tuple: Tuple,
  binding: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value>[] {
  const extended = new Map(binding);
  for (const [at, term] of terms.entries()) {
    const known = constantOf(term, extended);
    if (known === undefined && term.kind === 'variable') extended.set(term.name, tuple[at]!);
    else if (known !== tuple[at]) return [];
  }
  return [extended];
}

function constantOf(term: Term, binding: ReadonlyMap<string, Value>): Value | undefined {
  return term.kind === 'constant' ? term.value : binding.get(term.name);
}

function stratumNumbers(rules: readonly GroundedRule[]): ReadonlyMap<string, number> {
  const numbers = new Map(rules.map(({ head }) => [head, 0]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const rule of rules) {
      for (const { key, negated } of rule.reads) {
        const least = (numbers.get(key) ?? 0) + (negated ? 1 : 0);
        if (least > rules.length) throw new Error('not stratified');
        if (numbers.get(rule.head)! >= least || !numbers.has(key)) continue;
        numbers.set(rule.head, least);
        changed = true;
      }
    }
  }
  return numbers;
}
