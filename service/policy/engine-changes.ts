import { assert, unreachable } from '../base/assert.ts';
import { canonicalJson } from '../base/canonical-json.ts';
import { formulaToJson } from '../datalog/formula-json.ts';
import type { Tuple } from '../datalog/value.ts';
import type { EngineChange } from '../engine/engine-change.ts';
import type { Catalog } from './catalog.ts';
import type { Change } from './change.ts';
import type { DataSource, StoredRule, TableVersion } from './entities.ts';
import type { HeldChange } from './unknown-tables.ts';

/**
 * What the change does to the engine, a function of the change alone. `rowsOf` gives the rows of a table
 * version and is asked only for the new version of a replaced table.
 *
 * A rule without body becomes a fact. No reference counts are needed: a policy holds each statement once, and
 * facts are compared with numbers as numbers, so one rule at most yields a fact; and the names under which
 * policies and data sources keep their tables are disjoint.
 */
export function engineChanges(
  change: Change,
  rowsOf: (version: TableVersion) => readonly Tuple[],
): readonly HeldChange[] {
  switch (change.kind) {
    case 'policy-created':
      return change.rules.map((rule) => insertion(change.policy.name, rule));
    case 'policy-deleted':
      return change.rules.map((rule) => deletion(change.policy.name, rule));
    case 'rule-inserted':
      return [insertion(change.owner.policyName, change.rule)];
    case 'rule-deleted':
      return [deletion(change.owner.policyName, change.rule)];
    case 'data-source-created':
      return awaited(change.dataSource);
    case 'rule-replaced':
      return replacedRule(change.owner.policyName, change);
    case 'data-source-deleted':
      return dropped(change.dataSource);
    case 'table-changed':
      return [changed(change)];
    case 'table-replaced':
      return [replacement({ ...change, version: change.table, rows: rowsOf(change.table) })];
    // Rows that were shared stay as the last good ones until this replica has polled for itself.
    case 'data-source-updated':
    case 'refresh-requested':
    case 'execution-opened':
    case 'execution-changed':
    case 'execution-forgotten':
    case 'enforcement-configured':
    case 'policy-described':
    case 'library-policy-created':
    case 'library-policy-replaced':
    case 'library-policy-deleted':
    case 'library-filled':
    case 'request-remembered':
    case 'request-forgotten':
      return [];
    default:
      return unreachable(change);
  }
}

/** What fills an empty engine with everything the catalog holds. `rowsOf` is asked for every table version. */
export function engineChangesOf(
  catalog: Catalog,
  rowsOf: (version: TableVersion) => readonly Tuple[],
): readonly HeldChange[] {
  const ofPolicies = catalog
    .policies()
    .flatMap(({ id, name }) => catalog.rules(id).map((rule) => insertion(name, rule)));
  const unknown = catalog.dataSources().flatMap(awaited);
  const ofDataSources = catalog.dataSources().flatMap((dataSource) =>
    catalog.tableVersions(dataSource.id).map((version) => {
      const { engineName } = dataSource;
      return replacement({
        engineName,
        arity: arityIn(dataSource, version.table),
        version,
        rows: rowsOf(version),
      });
    }),
  );
  return [...unknown, ...ofPolicies, ...ofDataSources];
}

/** The tables of a polled data source are unknown until their first rows come. */
function awaited({ engineName, tables, polling }: DataSource): readonly HeldChange[] {
  if (polling === undefined) return [];
  return tables.map(({ table }) => ({ kind: 'expect-table', policy: engineName, table }));
}

/** Also of tables without shared rows: this replica may have polled some. */
function dropped({ engineName, tables }: DataSource): readonly HeldChange[] {
  return tables.map(({ table, columns }) => ({
    kind: 'drop-table',
    policy: engineName,
    table,
    arity: columns.length,
  }));
}

function changed(change: Extract<Change, { kind: 'table-changed' }>): EngineChange {
  const { engineName, arity, deleted, inserted } = change;
  return {
    kind: 'change-table',
    policy: engineName,
    table: change.table.table,
    arity,
    deleted,
    inserted,
  };
}

/** Nothing when it is still the same statement. */
function replacedRule(
  policy: string,
  { rule, before }: { readonly rule: StoredRule; readonly before: StoredRule },
): readonly EngineChange[] {
  if (formulaText(rule) === formulaText(before)) return [];
  return [deletion(policy, before), insertion(policy, rule)];
}

function formulaText({ formula }: StoredRule): string {
  return canonicalJson(formulaToJson(formula));
}

function insertion(policy: string, { id, formula }: StoredRule): EngineChange {
  if (formula.kind === 'rule') return { kind: 'insert-rule', policy, ruleId: id, rule: formula };
  return { kind: 'insert-fact', policy, table: formula.atom.table, tuple: tupleOf(formula) };
}

function deletion(policy: string, { id, formula }: StoredRule): EngineChange {
  if (formula.kind === 'rule') return { kind: 'delete-rule', ruleId: id };
  return { kind: 'delete-fact', policy, table: formula.atom.table, tuple: tupleOf(formula) };
}

function tupleOf({ atom }: Extract<StoredRule['formula'], { kind: 'fact' }>): Tuple {
  return atom.args.map((term) => {
    assert(term.kind === 'constant', 'a stored fact is ground');
    return term.value;
  });
}

function replacement(table: {
  readonly engineName: string;
  readonly arity: number;
  readonly version: TableVersion;
  readonly rows: readonly Tuple[];
}): EngineChange {
  const { engineName, arity, version, rows } = table;
  return { kind: 'replace-table', policy: engineName, table: version.table, arity, rows };
}

function arityIn(dataSource: DataSource, table: string): number {
  const schema = dataSource.tables.find((candidate) => candidate.table === table);
  assert(schema !== undefined, 'a table with content is in the schema');
  return schema.columns.length;
}
