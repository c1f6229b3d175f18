import type { DependencyGraph } from '../dependency-graph.ts';
import type { Formula } from '../tree.ts';

/** Kinds of policies people write statements into (reference 3.2). */
export type AdmissionKind = 'nonrecursive' | 'action' | 'database' | 'materialized' | 'z3';

/** What admission reads of the catalog. Table names are taken as they are, colons and all. */
export interface AdmissionContext {
  /** Undefined when there is no such policy. */
  policyKind(policy: string): AdmissionKind | undefined;
  isDataSource(name: string): boolean;
  /** Column names in order; undefined when the data source, or its schema, is not known. */
  dataSourceColumns(name: string, table: string): readonly string[] | 'unknown-table' | undefined;
  /** Number of columns of a table of a policy, learnt from its statements (reference 2.10). */
  arityOf(policy: string, table: string): number | undefined;
  /** Whether the policy has this statement, in its effective form (reference 2.11). */
  holds(policy: string, formula: Formula): boolean;
  /** Of all statements of all policies. */
  readonly dependencies: DependencyGraph;
  /** Whether rules of this policy may be recursive among themselves : kinds `materialized` and `z3`. */
  mayRecur(policy: string): boolean;
  /**
   * A negated literal that leaves out columns of a data source table is unsafe, as in Congress. Absent in the service
   * (decision 0103); set to compare with recorded answers of Congress.
   */
  readonly refusesOmittedInNegation?: boolean;
}
