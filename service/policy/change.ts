import { unreachable } from '../base/assert.ts';
import type { Author } from './author.ts';
import type { DataSource, IdempotencyEntry, Policy, StoredRule, TableVersion } from './entities.ts';

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
  | { readonly kind: 'request-remembered'; readonly entry: IdempotencyEntry }
  /** The entry is too old; said in the log, so that every replica forgets the same at the same sequence. */
  | { readonly kind: 'request-forgotten'; readonly entry: IdempotencyEntry };

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
      return 1;
    case 'policy-deleted':
    case 'rule-deleted':
    case 'data-source-deleted':
    case 'table-replaced':
    case 'request-remembered':
    case 'request-forgotten':
      return 0;
    default:
      return unreachable(change);
  }
}
