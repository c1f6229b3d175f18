import type { Budget } from '../budget.ts';
import type { BuiltinRegistry } from '../builtins/registry.ts';
import { ColumnStatistics } from '../column-statistics.ts';
import type { RelationName } from '../engine-change.ts';
import type { Interner } from '../interner.ts';
import type { NodeRegistry } from '../node-registry.ts';
import type { RelationLiteral, RelationNode } from '../program.ts';
import type { Relation } from '../relation.ts';
import type { LiteralRows, RowPattern, SearchWorld } from './body-search.ts';
import { OverlayRelation, visitChanged, visitRelation } from './overlay-relation.ts';
import { OverlayValues, type Row } from './overlay-values.ts';
import { RowChanges } from './row-table.ts';

/** What an overlay reads of the engine. */
export interface OverlayBase {
  readonly interner: Interner;
  readonly builtins: BuiltinRegistry;
  readonly nodes: NodeRegistry;
  readonly budget: Budget;
  /** Makes `node.source` hold the relation, as a query does. */
  readonly ensure: (node: RelationNode) => void;
}

/** The relations of an overlay, and how searches read them before and after the changes. */
export class OverlayState {
  readonly base: OverlayBase;
  readonly values: OverlayValues;
  readonly #relations = new Map<RelationNode, OverlayRelation>();
  readonly #unknown = new Map<string, RelationNode>();
  readonly #statistics = new ColumnStatistics();
  /** Brings `derived` of a relation up to date; set by the overlay. */
  settle: (relation: OverlayRelation) => void = () => {};

  constructor(base: OverlayBase) {
    this.base = base;
    this.values = new OverlayValues(base.interner);
  }

  all(): Iterable<OverlayRelation> {
    return this.#relations.values();
  }

  /** The node of this name: the engine's, or an empty one of the overlay. */
  nodeOf(name: RelationName): RelationNode {
    const known = this.base.nodes.find(name);
    if (known !== undefined) return known;
    const node = this.base.nodes.transient(name);
    const own = this.#unknown.get(node.key);
    if (own !== undefined) return own;
    this.#unknown.set(node.key, node);
    return node;
  }

  of(node: RelationNode): OverlayRelation {
    const known = this.#relations.get(node);
    if (known !== undefined) return known;
    const relation = new OverlayRelation(node);
    this.#relations.set(node, relation);
    return relation;
  }

  /** Derived changes are no longer what they should be. */
  forgetDerived(): void {
    for (const relation of this.#relations.values()) relation.derived = null;
  }

  changesOf(relation: OverlayRelation): RowChanges {
    if (!relation.isDerived) return relation.facts;
    if (relation.derived === null) this.settle(relation);
    return relation.derived ?? noChanges;
  }

  /** Before the changes. */
  readonly oldRows: LiteralRows = {
    estimate: (literal, columns) => this.#estimate(literal, columns),
    visit: ({ node }, pattern, visit) =>
      visitRelation(this.oldRelation(node), { pattern, values: this.values, visit }),
  };

  /** After the changes. */
  readonly newRows: LiteralRows = {
    estimate: (literal, columns) => this.#estimate(literal, columns),
    visit: ({ node }, pattern, visit) => {
      const changes = this.changesOf(this.of(node));
      return visitChanged(this.oldRelation(node), changes, { pattern, values: this.values, visit });
    },
  };

  /** Stored facts after the changes, without what rules derive. */
  factRows(node: RelationNode, pattern: RowPattern): readonly Row[] {
    const rows: Row[] = [];
    this.visitFacts(node, pattern, (row) => {
      rows.push(row);
      return false;
    });
    return rows;
  }

  visitFacts(node: RelationNode, pattern: RowPattern, visit: (row: Row) => boolean): boolean {
    return visitChanged(node.facts, this.of(node).facts, { pattern, values: this.values, visit });
  }

  /** The relation as the engine has it. */
  oldRelation(node: RelationNode): Relation {
    this.base.ensure(node);
    this.values.notice();
    return node.source;
  }

  world(rows: LiteralRows): SearchWorld {
    return { values: this.values, budget: this.base.budget, rows };
  }

  #estimate({ node }: RelationLiteral, columns: readonly number[]): number {
    const relation = this.oldRelation(node);
    return this.#statistics.rowsPerKey(relation, columns) + this.of(node).facts.inserted.size;
  }
}

const noChanges = new RowChanges();
