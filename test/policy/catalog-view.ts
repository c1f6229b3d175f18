import type { Catalog } from '../../service/policy/catalog.ts';
import type { CatalogContents } from '../../service/policy/catalog-contents.ts';
import { rowOfExecution } from '../../service/policy/executions.ts';
import { policyNames, tableNames } from './sample-changes.ts';

/** Everything that can be read from a catalog, for comparing two of them. */
export function viewOf(catalog: Catalog) {
  const names = [...policyNames, 'neutron', 'hidden', 'nobody'];
  const tables = [...tableNames, 'servers', 'ports', 'bob:r', 'nova:servers', 'alice:q', 'true'];
  return {
    ...contentsOf(catalog),
    requests: [...catalog.idempotencyEntries()].map(({ key }) => key).sort(),
    digest: catalog.digest(),
    executeTables: catalog.executeTables(),
    live: [...catalog.executions.live()].map(({ id }) => id).sort(),
    open: catalog.executions.list().map((each) => {
      const row = rowOfExecution(each);
      return row === null ? null : (catalog.executions.openOf(row)?.id ?? null);
    }),
    history: catalog.executions.historySize,
    tables: names.map((name) => catalog.tablesOf(name)),
    arities: names.flatMap((name) => tables.map((table) => [name, table, catalog.arityOf(name, table)])),
    has: names.flatMap((name) => tables.filter((table) => catalog.hasTable(name, table))),
    cycles: dependencies.flatMap((added) =>
      catalog.admissionContext().dependencies.findCycle({ added: [added] }) === undefined ? [] : [added],
    ),
    statements: catalog
      .policies()
      .flatMap(({ id }) => catalog.rules(id).map(({ formula }) => catalog.ruleOfStatement(id, formula)?.id)),
  };
}

/** All entities, as a bootstrap would read them. */
export function contentsOf(catalog: Catalog): CatalogContents {
  return {
    policies: [...catalog.policies()],
    rules: catalog.policies().flatMap(({ id }) => [...catalog.rules(id)]),
    dataSources: [...catalog.dataSources()],
    tableVersions: catalog.dataSources().flatMap(({ id }) => [...catalog.tableVersions(id)]),
    idempotencyEntries: [...catalog.idempotencyEntries()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    executions: [...catalog.executions.list()],
    enforcement: catalog.executions.storedSettings(),
    libraryPolicies: [...catalog.library.list()],
    libraryFilled: catalog.library.filled,
  };
}

/** Asked of the dependency graph, one at a time. */
const dependencies = nodes().flatMap((head) => nodes().map((body) => ({ head, body, negated: false })));

function nodes(): readonly string[] {
  return policyNames.flatMap((policy) => tableNames.map((table) => `${policy}:${table}`));
}
