import type { PolicyId } from '../base/ids.ts';
import type { AdmissionContext } from '../datalog/admission/admission-context.ts';
import type { DependencyGraph } from '../datalog/dependency-graph.ts';
import type { Formula } from '../datalog/tree.ts';
import type { Policy, StoredRule, TableSchema } from './entities.ts';
import type { TableIndex } from './table-index.ts';

/** What admission needs of a catalog. */
export interface AdmissionReads {
  policyByName(name: string): Policy | undefined;
  isDataSource(name: string): boolean;
  /** Of the data source that rules mean by this name. */
  schemasInRules(name: string): ReadonlyMap<string, TableSchema> | undefined;
  ruleOfStatement(policyId: PolicyId, formula: Formula): StoredRule | undefined;
  readonly tables: TableIndex;
  readonly graph: DependencyGraph;
}

/** With `newcomer`, as if that policy were there already, without rules. */
export function admissionContextOf(reads: AdmissionReads, newcomer: Policy | undefined): AdmissionContext {
  const isNew = (name: string) => name === newcomer?.name;
  return {
    policyKind: (name) => (isNew(name) ? newcomer : reads.policyByName(name))?.kind,
    isDataSource: (name) => !isNew(name) && reads.isDataSource(name),
    dataSourceColumns: (name, table) => {
      const schemas = reads.schemasInRules(name);
      if (schemas === undefined) return undefined;
      return schemas.get(table)?.columns.map((column) => column.name) ?? 'unknown-table';
    },
    arityOf: (name, table) => {
      const policy = reads.policyByName(name);
      return policy && reads.tables.arity(name, table, policy.createdAt);
    },
    holds: (name, formula) => {
      const policy = reads.policyByName(name);
      return policy !== undefined && reads.ruleOfStatement(policy.id, formula) !== undefined;
    },
    dependencies: reads.graph,
    mayRecur: (name) => {
      const kind = (isNew(name) ? newcomer : reads.policyByName(name))?.kind;
      return kind === 'materialized' || kind === 'z3';
    },
  };
}
