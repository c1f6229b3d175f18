import type { Tuple, Value } from '../../datalog/value.ts';

/** Why a row is in a table, or why it is not. */
export type Explanation =
  | { readonly holds: true; readonly because: RowNode }
  | {
      readonly holds: false;
      readonly table: string;
      readonly row: Tuple;
      /** One for each rule of the table with this number of columns; empty when nothing could give the row. */
      readonly rules: readonly RuleFailure[];
    };

/** A row that holds, with what gives it. Derivations are finite: none leads back to the row itself. */
export interface RowNode {
  /** `policy:table`. */
  readonly table: string;
  readonly row: Tuple;
  /** Where it is stored, if it is; it may be derived as well. */
  readonly stored: StoredRow | null;
  readonly derivations: readonly Derivation[];
  /** True when there are derivations that are not listed. */
  readonly more: boolean;
  /**
   * Why derivations are left out: the row is explained elsewhere in the same answer; it is too deep; the answer is
   * large enough; the search was given up.
   */
  readonly cut: 'seen' | 'depth' | 'size' | 'search' | null;
}

export type StoredRow =
  | { readonly kind: 'fact'; readonly ruleId: string }
  /** Rows of a data source. */
  | { readonly kind: 'data-source'; readonly name: string };

/** A rule as it is stored. */
export interface RuleReference {
  readonly id: string;
  readonly policy: string;
  /** As posted. */
  readonly text: string;
}

/** One instance of a rule whose body holds. */
export interface Derivation {
  readonly rule: RuleReference;
  /** The instance, printed. */
  readonly instance: string;
  /** The rule aggregates, and this is one of the instances that its values are computed from. */
  readonly contributes: boolean;
  readonly body: readonly Condition[];
}

/** One literal of an instance. */
export type Condition =
  | { readonly kind: 'row'; readonly literal: string; readonly because: RowNode }
  /** A negated literal: there is no such row. */
  | { readonly kind: 'absent'; readonly literal: string }
  /** A builtin with its values, negated or not. */
  | { readonly kind: 'builtin'; readonly literal: string };

/** How far a rule gets for a row. */
export interface RuleFailure {
  readonly rule: RuleReference;
  /** Null when the head cannot be the row. */
  readonly failing: FailingLiteral | null;
}

/**
 * The first literal, in the order in which bodies are evaluated, that no bindings of those before it make true.
 */
export interface FailingLiteral {
  /** Of the literals of the body, from 0; their number when the body holds and something else is missing. */
  readonly index: number;
  /** As in the rule. */
  readonly literal: string;
  /** Bindings under which everything before it holds, at most a few; without variables one empty one. */
  readonly examples: readonly FailureExample[];
}

export interface FailureExample {
  readonly bindings: Readonly<Record<string, Value>>;
  /** The literal with these bindings. */
  readonly instance: string;
  /** Of a negated literal: why the row is there. */
  readonly because: RowNode | null;
  /** Of a positive one without variables, as far as the depth allows: why the row is missing. */
  readonly missing: readonly RuleFailure[] | null;
  /** Of a builtin: the outputs of each of its results; null when it fails. */
  readonly computed: readonly Tuple[] | null;
}
