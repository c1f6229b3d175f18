import type { Rule } from '../datalog/tree.ts';
import type { Tuple } from '../datalog/value.ts';

/** A relation as the engine knows it. Same table name with another arity or modal is another relation. */
export interface RelationName {
  /** Owning policy or data source, by name. */
  readonly policy: string;
  readonly table: string;
  readonly arity: number;
  /** `execute` for the head of a reactive rule; such rows are not part of the plain table. */
  readonly modal: 'execute' | null;
}

/**
 * One step of the engine's input. Order within a batch matters only for changes of the same fact, rule or
 * table. Inserting what is there and deleting what is not are no-ops.
 */
export type EngineChange =
  | {
      readonly kind: 'insert-rule';
      /** The policy that owns the rule; unqualified tables belong to it. */
      readonly policy: string;
      /** Unique for the life of the rule; names it in traces and errors. */
      readonly ruleId: string;
      readonly rule: Rule;
    }
  | { readonly kind: 'delete-rule'; readonly ruleId: string }
  | { readonly kind: 'insert-fact'; readonly policy: string; readonly table: string; readonly tuple: Tuple }
  | { readonly kind: 'delete-fact'; readonly policy: string; readonly table: string; readonly tuple: Tuple }
  | {
      /** The whole content of one data source table. */
      readonly kind: 'replace-table';
      readonly policy: string;
      readonly table: string;
      readonly arity: number;
      readonly rows: readonly Tuple[];
    }
  | {
      /** A delta of one data source table: deletes first, then inserts. */
      readonly kind: 'change-table';
      readonly policy: string;
      readonly table: string;
      readonly arity: number;
      readonly deleted: readonly Tuple[];
      readonly inserted: readonly Tuple[];
    }
  | { readonly kind: 'drop-table'; readonly policy: string; readonly table: string; readonly arity: number };
