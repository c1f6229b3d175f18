import type { RelationNode, RuleForm } from '../program.ts';
import type { Relation } from '../relation.ts';
import type { RowPattern } from './body-search.ts';
import type { OverlayValues, Row } from './overlay-values.ts';
import { RowChanges } from './row-table.ts';

/**
 * One relation as an overlay sees it: what the engine holds, which is never written, and beside it the changes. The
 * old state is the engine's; the new one is the old one with the changes.
 */
export class OverlayRelation {
  readonly node: RelationNode;
  /** The answers of a query: in no view of the engine. */
  readonly isQuery: boolean;
  /** Changes of the stored facts. */
  readonly facts = new RowChanges();
  /**
   * Changes of the relation itself. Of one without rules they are those of its facts; of a derived one they are
   * null until computed and again after any change of the overlay.
   */
  derived: RowChanges | null = null;
  readonly #added: RuleForm[] = [];
  readonly #removed = new Set<RuleForm>();

  constructor(node: RelationNode, isQuery = false) {
    this.node = node;
    this.isQuery = isQuery;
  }

  /** Rules of the new state, in the order in which they came. */
  get rules(): readonly RuleForm[] {
    const kept = this.#removed.size === 0 ? this.node.rules : this.keptRules;
    return this.#added.length === 0 ? kept : [...kept, ...this.#added];
  }

  get keptRules(): readonly RuleForm[] {
    return this.node.rules.filter((rule) => !this.#removed.has(rule));
  }

  get addedRules(): readonly RuleForm[] {
    return this.#added;
  }

  get removedRules(): readonly RuleForm[] {
    return [...this.#removed];
  }

  /** Whether rules define it, before or after. */
  get isDerived(): boolean {
    return this.node.rules.length > 0 || this.#added.length > 0;
  }

  /** Whether its own facts or rules were changed. */
  get isTouched(): boolean {
    return !this.facts.isEmpty || this.#added.length > 0 || this.#removed.size > 0;
  }

  addRule(rule: RuleForm): void {
    this.#added.push(rule);
  }

  removeRule(ruleId: string): void {
    const added = this.#added.findIndex((rule) => rule.ruleId === ruleId);
    if (added >= 0) this.#added.splice(added, 1);
    const stored = this.node.rules.find((rule) => rule.ruleId === ruleId);
    if (stored !== undefined) this.#removed.add(stored);
  }

  /** A removed rule of the engine is there again. */
  restoreRule(ruleId: string): void {
    for (const rule of this.#removed) if (rule.ruleId === ruleId) this.#removed.delete(rule);
  }

  hasFact(row: Row, values: OverlayValues): boolean {
    if (this.facts.inserted.has(row)) return true;
    return !this.facts.deleted.has(row) && holdsRow(this.node.facts, row, values);
  }
}

/** Whether the engine's relation holds a row. */
export function holdsRow(relation: Relation, row: Row, values: OverlayValues): boolean {
  if (relation.arity !== row.length) return false;
  for (let column = 0; column < row.length; column++) {
    const id = values.toBase(row[column]!);
    if (id < 0) return false;
    relation.probe[column] = id;
  }
  const found = relation.findProbe();
  return found !== 0 && relation.support[found]! > 0;
}

/** How rows of one relation are asked for. */
export interface RowVisit {
  readonly pattern: RowPattern;
  readonly values: OverlayValues;
  readonly visit: (row: Row) => boolean;
}

/** Calls `visit` with the rows of an engine's relation that fit, until it returns true; returns whether it did. */
export function visitRelation(relation: Relation, { pattern, values, visit }: RowVisit): boolean {
  const key = pattern.key.map((id) => values.toBase(id));
  if (key.some((id) => id < 0)) return false;
  for (const number of relation.lookUp(pattern.columns, key)) {
    const row: number[] = new Array(relation.arity);
    for (let column = 0; column < row.length; column++) {
      row[column] = values.fromBase(relation.columns[column]![number]!);
    }
    if (visit(row)) return true;
  }
  return false;
}

/** The same of the relation with changes. */
export function visitChanged(relation: Relation, changes: RowChanges, asked: RowVisit): boolean {
  const { inserted, deleted } = changes;
  const { pattern, visit } = asked;
  const kept = deleted.size === 0 ? visit : (row: Row) => !deleted.has(row) && visit(row);
  if (visitRelation(relation, { ...asked, visit: kept })) return true;
  if (inserted.size === 0) return false;
  for (const row of [...inserted.matching(pattern.columns, pattern.key)]) if (visit(row)) return true;
  return false;
}
