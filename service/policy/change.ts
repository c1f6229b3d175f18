import type { DataSource, IdempotencyEntry, Policy, StoredRule, TableVersion } from './entities.ts';

/**
 * One replicated decision. Carries before-values, so that it can be applied, taken back and shown in the
 * history without reading anything else. Creating and deleting entities lists them whole.
 */
export type Change =
  | { readonly kind: 'policy-created'; readonly policy: Policy }
  /** With all the rules it had, which go with it. */
  | { readonly kind: 'policy-deleted'; readonly policy: Policy; readonly rules: readonly StoredRule[] }
  | { readonly kind: 'rule-inserted'; readonly rule: StoredRule }
  | { readonly kind: 'rule-deleted'; readonly rule: StoredRule }
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
    }
  | { readonly kind: 'request-remembered'; readonly entry: IdempotencyEntry }
  /** The entry is too old; said in the log, so that every replica forgets the same at the same sequence. */
  | { readonly kind: 'request-forgotten'; readonly entry: IdempotencyEntry };
