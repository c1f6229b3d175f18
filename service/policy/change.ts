import { unreachable } from '../base/assert.ts';
import type { DataSourceId } from '../base/ids.ts';
import type { Tuple } from '../datalog/value.ts';
import type { Author } from './author.ts';
import type {
  DataSource,
  IdempotencyEntry,
  LibraryPolicy,
  Policy,
  StoredRule,
  TableDeltas,
  TableVersion,
} from './entities.ts';
import type { EnforcementSettings, Execution } from './executions.ts';

/**
 * One replicated decision. Carries before-values and the names that the engine and the store need, so that it
 * can be applied, taken back, stored and shown in the history without reading anything else. Creating and
 * deleting entities lists them whole, in order of `createdAt`, whatever their number.
 */
export type Change = Decision & {
  /** Who asked for it; absent when the service itself did, and in records of builds that did not keep it. */
  readonly by?: Author;
};

type Decision =
  | { readonly kind: 'policy-created'; readonly policy: Policy; readonly rules: readonly StoredRule[] }
  /** With all the rules it had, which go with it. */
  | { readonly kind: 'policy-deleted'; readonly policy: Policy; readonly rules: readonly StoredRule[] }
  | { readonly kind: 'rule-inserted'; readonly rule: StoredRule; readonly owner: RuleOwner }
  | { readonly kind: 'rule-deleted'; readonly rule: StoredRule; readonly owner: RuleOwner }
  /** Text, name or comment; id and place in the list stay. */
  | {
      readonly kind: 'rule-replaced';
      readonly rule: StoredRule;
      readonly before: StoredRule;
      readonly owner: RuleOwner;
    }
  /** What people read: description and abbreviation. Name and kind stay. */
  | { readonly kind: 'policy-described'; readonly policy: Policy; readonly before: Policy }
  | { readonly kind: 'library-policy-created'; readonly libraryPolicy: LibraryPolicy }
  | {
      readonly kind: 'library-policy-replaced';
      readonly libraryPolicy: LibraryPolicy;
      readonly before: LibraryPolicy;
    }
  | { readonly kind: 'library-policy-deleted'; readonly libraryPolicy: LibraryPolicy }
  /** Whether the library has got its first content. */
  | { readonly kind: 'library-filled'; readonly filled: boolean }
  | { readonly kind: 'data-source-created'; readonly dataSource: DataSource }
  | {
      readonly kind: 'data-source-deleted';
      readonly dataSource: DataSource;
      readonly tables: readonly TableVersion[];
    }
  | {
      readonly kind: 'table-replaced';
      readonly table: TableVersion;
      readonly before: TableVersion | null;
      /** See {@link DataSource}. */
      readonly engineName: string;
      /** Columns of the table. */
      readonly arity: number;
    }
  | {
      /** Rows of a shared table go and come; `table` is the same version with one delta more than `before`. */
      readonly kind: 'table-changed';
      readonly table: TableVersion & { readonly deltas: TableDeltas };
      readonly before: TableVersion;
      readonly engineName: string;
      readonly arity: number;
      readonly deleted: readonly Tuple[];
      readonly inserted: readonly Tuple[];
    }
  | {
      /** Same id, name, tables and place among the data sources. */
      readonly kind: 'data-source-updated';
      readonly dataSource: DataSource;
      readonly before: DataSource;
      /** Shared rows that are given up because every replica polls for itself from now on. */
      readonly dropped: readonly TableVersion[];
    }
  /** Whoever polls the data source does so at once. Leaves no trace but in the log. */
  | { readonly kind: 'refresh-requested'; readonly dataSourceId: DataSourceId }
  | EnforcementChange
  | { readonly kind: 'request-remembered'; readonly entry: IdempotencyEntry }
  /** The entry is too old; said in the log, so that every replica forgets the same at the same sequence. */
  | { readonly kind: 'request-forgotten'; readonly entry: IdempotencyEntry };

/** What the execution ledger and the switches of enforcement go through (docs/ENFORCEMENT.md). */
export type EnforcementChange =
  | { readonly kind: 'execution-opened'; readonly execution: Execution }
  /** Same id and place; another state, or closed. */
  | { readonly kind: 'execution-changed'; readonly execution: Execution; readonly before: Execution }
  /** So many ended after it that it is not kept any longer. */
  | { readonly kind: 'execution-forgotten'; readonly execution: Execution }
  | {
      readonly kind: 'enforcement-configured';
      readonly settings: EnforcementSettings;
      readonly before: EnforcementSettings | null;
    };

/** What a rule needs to know of its policy at this moment; its id stands in the rule. */
export interface RuleOwner {
  readonly policyName: string;
  readonly rulesVersion: number;
}

/** How many ordinals (see CreatedAt) the change uses up: the number of policies, rules and data sources created. */
export function entitiesCreated(change: Change): number {
  switch (change.kind) {
    case 'policy-created':
      return 1 + change.rules.length;
    case 'rule-inserted':
    case 'data-source-created':
    case 'execution-opened':
    case 'library-policy-created':
      return 1;
    case 'policy-deleted':
    case 'rule-deleted':
    case 'rule-replaced':
    case 'policy-described':
    case 'library-policy-replaced':
    case 'library-policy-deleted':
    case 'library-filled':
    case 'data-source-deleted':
    case 'table-replaced':
    case 'table-changed':
    case 'data-source-updated':
    case 'refresh-requested':
    case 'execution-changed':
    case 'execution-forgotten':
    case 'enforcement-configured':
    case 'request-remembered':
    case 'request-forgotten':
      return 0;
    default:
      return unreachable(change);
  }
}
