import { explanationNodesMax } from '../../base/limits.ts';
import { printLiteral, printStatement } from '../../datalog/printer.ts';
import type { Literal } from '../../datalog/tree.ts';
import {
  boundTo,
  type ExplainedWorld,
  type GroundRow,
  isAggregating,
  isBuiltin,
  keyOf,
  referenceTo,
  rowOf,
} from './explained-world.ts';
import type { Condition, Derivation, RowNode } from './explanation.ts';
import { type Instance, wellFounded } from './well-founded.ts';

export interface ExplanationLimits {
  /** Levels of rows below the one that was asked for. */
  readonly depth: number;
  /** Derivations of one row. */
  readonly width: number;
}

/**
 * Explains rows that hold. A row is explained once in an answer; the second time it is marked as seen. Rows of
 * recursive tables get one derivation, which is finite.
 */
export class RowExplainer {
  readonly #world: ExplainedWorld;
  readonly #limits: ExplanationLimits;
  readonly #seen = new Set<string>();
  /** Chosen derivations of rows of recursive tables. */
  readonly #chosen = new Map<string, Instance>();

  constructor(world: ExplainedWorld, limits: ExplanationLimits) {
    this.#world = world;
    this.#limits = limits;
  }

  explain(row: GroundRow, depth = 0): RowNode {
    const node = { table: `${row.policy}:${row.table}`, row: row.row, stored: this.#world.stored(row) };
    const cut = this.#cut(row, depth);
    if (cut !== null) return { ...node, derivations: [], more: this.#isDerived(row), cut };
    this.#seen.add(keyOf(row));
    const found = this.#world.isRecursive(row, row)
      ? this.#one(row, node.stored !== null)
      : this.#several(row);
    if (found === null) return { ...node, derivations: [], more: true, cut: 'search' };
    const derivations = found.instances.map((instance) => this.#derivation(instance, depth));
    return { ...node, derivations, more: found.more, cut: null };
  }

  #cut(row: GroundRow, depth: number): RowNode['cut'] {
    if (!this.#isDerived(row)) return null;
    if (this.#seen.has(keyOf(row))) return 'seen';
    if (depth > this.#limits.depth) return 'depth';
    return this.#seen.size >= explanationNodesMax ? 'size' : null;
  }

  #isDerived(row: GroundRow): boolean {
    return this.#world.rulesOf(row).length > 0;
  }

  #several(row: GroundRow): { readonly instances: readonly Instance[]; readonly more: boolean } {
    const { width } = this.#limits;
    const instances: Instance[] = [];
    for (const rule of this.#world.rulesOf(row)) {
      const bound = boundTo(rule, row.row);
      if (bound === null || instances.length > width) continue;
      const found = this.#world.instances(rule.policy, bound, width + 1 - instances.length);
      instances.push(...found.map((instance) => ({ rule, instance })));
    }
    return { instances: instances.slice(0, width), more: instances.length > width };
  }

  /** Null when none was found within the limits. A stored row needs none. */
  #one(
    row: GroundRow,
    isStored: boolean,
  ): { readonly instances: readonly Instance[]; readonly more: boolean } | null {
    if (isStored) return { instances: [], more: true };
    if (!this.#chosen.has(keyOf(row))) {
      for (const [key, instance] of wellFounded(row, this.#world) ?? []) {
        if (!this.#chosen.has(key)) this.#chosen.set(key, instance);
      }
    }
    const chosen = this.#chosen.get(keyOf(row));
    return chosen === undefined ? null : { instances: [chosen], more: true };
  }

  #derivation({ rule, instance }: Instance, depth: number): Derivation {
    return {
      rule: referenceTo(rule),
      instance: printStatement(instance),
      contributes: isAggregating(rule),
      body: instance.body.map((literal) => this.#condition(literal, rule.policy, depth)),
    };
  }

  #condition(literal: Literal, policy: string, depth: number): Condition {
    const text = printLiteral(literal);
    if (isBuiltin(literal.atom)) return { kind: 'builtin', literal: text };
    if (literal.negated) return { kind: 'absent', literal: text };
    return { kind: 'row', literal: text, because: this.explain(rowOf(literal, policy), depth + 1) };
  }
}
