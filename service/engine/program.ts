import type { Aggregation } from './aggregation/aggregation.ts';
import type { Builtin } from './builtins/builtin.ts';
import type { RelationName } from './engine-change.ts';
import { PendingChanges } from './pending-changes.ts';
import type { Relation } from './relation.ts';
import { RowList } from './row-list.ts';
import type { VirtualRelation } from './virtual-relation.ts';

/**
 * A rule ready for planning: variables are numbered, constants interned, literals resolved to relations and
 * builtins. {@link Argument} n >= 0 is variable n; n < 0 is the constant id `constants[-1 - n]`.
 */
export interface RuleForm {
  readonly ruleId: string;
  readonly head: RelationLiteral;
  readonly body: readonly BodyLiteral[];
  readonly constants: readonly number[];
  readonly variables: readonly string[];
  /** A body literal is `false` or `not true`: the rule derives nothing. */
  readonly never: boolean;
  /** Instead of joining, groups the rows of its only body literal; its head has no other rule. */
  readonly aggregation?: Aggregation;
}

export type Argument = number;

export interface RelationLiteral {
  readonly kind: 'relation';
  readonly negated: boolean;
  readonly node: RelationNode;
  readonly args: readonly Argument[];
}

export interface BuiltinLiteral {
  readonly kind: 'builtin';
  readonly negated: boolean;
  readonly builtin: Builtin;
  readonly args: readonly Argument[];
}

export type BodyLiteral = RelationLiteral | BuiltinLiteral;

/** One relation of the program: stored facts, the rules that define it, and its view while one is materialised. */
export class RelationNode {
  readonly name: RelationName;
  readonly key: string;
  /** Facts and data source rows. Without rules this is the relation itself. */
  readonly facts: Relation;
  readonly factChanges: PendingChanges;
  /** Rules with this head. */
  readonly rules: RuleForm[] = [];
  /** Body occurrences, one entry per literal. */
  readonly readers: BodyOccurrence[] = [];
  view: View | null = null;
  /** In place of a view, when readers only ask about single tuples. */
  virtual: VirtualRelation | null = null;
  /** Rows that were looked at to answer questions about it while it was not stored. */
  demandCost = 0;
  /** Where it stands in evaluation order; null for a relation without rules, and until strata.ts has run. */
  component: Component | null = null;

  constructor(name: RelationName, key: string, facts: Relation) {
    this.name = name;
    this.key = key;
    this.facts = facts;
    this.factChanges = new PendingChanges(facts);
  }

  get rank(): number {
    return this.component === null ? 0 : this.component.rank;
  }

  /**
   * What plans read: the view where there is one, without rules the facts. Of a virtual view, which plans ask
   * about single tuples only, it is the tuples that changed.
   */
  get source(): Relation {
    if (this.view !== null) return this.view.relation;
    return this.virtual === null ? this.facts : this.virtual.touched;
  }

  /** Whether `source` holds the relation now. */
  get isAvailable(): boolean {
    return this.view !== null || this.rules.length === 0;
  }

  /** Whether it is derived and kept up to date, stored or not. */
  get isHeld(): boolean {
    return this.view !== null || this.virtual !== null;
  }
}

/** Relations that depend on each other (a strongly connected component of the dependency graph), usually one. */
export interface Component {
  readonly nodes: readonly RelationNode[];
  readonly recursive: boolean;
  /** From 1; everything its rules read outside of it has a lower rank. */
  readonly rank: number;
  /** Tables on a cycle through a negation, or null. Such a component has no meaning and is refused when asked for. */
  readonly negativeCycle: readonly string[] | null;
  /** Depends on a builtin that may change by itself (`now`): computed anew every time it is asked for. */
  readonly volatile: boolean;
}

export interface BodyOccurrence {
  readonly rule: RuleForm;
  /** Index of the literal in the rule's body. */
  readonly literal: number;
  /** The rule reads the relation in another literal too. */
  readonly isRepeated: boolean;
}

/** The rows of a derived relation, kept up to date. */
export class View {
  readonly relation: Relation;
  readonly changes: PendingChanges;
  /** Part of a recursive component: rows have support 1, maintained by delete-and-rederive. */
  readonly recursive: boolean;
  /** Recursive views only: live rows that lost a derivation (support 2) and ghosts that gained one (support -1). */
  readonly lost = new RowList();
  readonly gained = new RowList();
  /** Some derivation was lost in this batch, so what was gained has to be checked again. */
  losing = false;
  /** Tick of the last time someone asked, for dropping the least recently used. */
  usedAt = 0;

  constructor(relation: Relation, recursive: boolean) {
    this.relation = relation;
    this.changes = new PendingChanges(relation);
    this.recursive = recursive;
  }
}
