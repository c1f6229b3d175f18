import type {
  DataSource,
  IdempotencyEntry,
  LibraryPolicy,
  Policy,
  StoredRule,
  TableVersion,
} from './entities.ts';
import type { EnforcementSettings, Execution } from './executions.ts';

/** All entities, for loading a catalog at once; in any order. */
export interface CatalogContents {
  readonly policies: readonly Policy[];
  readonly rules: readonly StoredRule[];
  readonly dataSources: readonly DataSource[];
  readonly tableVersions: readonly TableVersion[];
  readonly idempotencyEntries: readonly IdempotencyEntry[];
  readonly executions: readonly Execution[];
  /** Null until somebody sets something. */
  readonly enforcement: EnforcementSettings | null;
  readonly libraryPolicies: readonly LibraryPolicy[];
  readonly libraryFilled: boolean;
}
