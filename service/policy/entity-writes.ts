import { unreachable } from '../base/assert.ts';
import type { JsonObject } from '../base/json.ts';
import type { Change } from './change.ts';
import type {
  DataSource,
  IdempotencyEntry,
  LibraryPolicy,
  Policy,
  StoredRule,
  TableDelta,
  TableVersion,
} from './entities.ts';
import {
  dataSourceToEntity,
  idempotencyEntryToEntity,
  libraryPolicyToEntity,
  policyToEntity,
  ruleToEntity,
  tableVersionToEntity,
} from './entity-json.ts';

import { executionToEntity, settingsToEntity } from './execution-json.ts';
import type { EnforcementSettings, Execution } from './executions.ts';
import { tableDeltaToEntity } from './table-delta-json.ts';

/** The shape of the store's entity writes, declared here because this module knows no store. */
export type PlannedEntityWrite =
  | {
      readonly kind: 'put';
      readonly key: { readonly partition: string; readonly id: string };
      readonly body: JsonObject;
    }
  | { readonly kind: 'delete'; readonly key: { readonly partition: string; readonly id: string } };

export const policyPartition = 'policy';
export const dataSourcePartition = 'datasource';
export const idempotencyPartition = 'idempotency';
export const executionPartition = 'execution';
/** Of one item. */
export const enforcementPartition = 'enforcement';
export const libraryPartition = 'library';
/** Holds one item once the library has got its first content. */
export const libraryFilledPartition = 'library-filled';

/** Of the rules of a policy that are in force. */
export function rulesPartition(policyId: string, rulesVersion: number): string {
  return `rules#${policyId}#${rulesVersion}`;
}

/** Of the table versions of a data source. */
export function tablePartition(dataSourceId: string): string {
  return `table#${dataSourceId}`;
}

/** Of the deltas of a data source's tables. */
export function deltaPartition(dataSourceId: string): string {
  return `delta#${dataSourceId}`;
}

/**
 * What the change does to the durable state (ARCHITECTURE section 2): absolute puts and deletes, each key once,
 * all of them whatever their number. Rules and table versions lie in partitions that only their owner leads to.
 */
export function entityWrites(change: Change): readonly PlannedEntityWrite[] {
  switch (change.kind) {
    case 'policy-created':
      return [
        put(policyItem(change.policy)),
        ...change.rules.map((rule) => put(ruleItem(rule, change.policy))),
      ];
    case 'policy-deleted':
      return [
        erase(policyItem(change.policy)),
        ...change.rules.map((rule) => erase(ruleItem(rule, change.policy))),
      ];
    case 'rule-inserted':
      return [put(ruleItem(change.rule, change.owner))];
    case 'rule-deleted':
      return [erase(ruleItem(change.rule, change.owner))];
    case 'rule-replaced':
      return [put(ruleItem(change.rule, change.owner))];
    case 'policy-described':
      return [put(policyItem(change.policy))];
    case 'library-policy-created':
    case 'library-policy-replaced':
      return [put(libraryItem(change.libraryPolicy))];
    case 'library-policy-deleted':
      return [erase(libraryItem(change.libraryPolicy))];
    case 'library-filled':
      return [change.filled ? put(libraryFilledItem) : erase(libraryFilledItem)];
    case 'data-source-created':
      return [put(dataSourceItem(change.dataSource))];
    case 'data-source-deleted':
      return [erase(dataSourceItem(change.dataSource)), ...change.tables.flatMap(tableErased)];
    case 'data-source-updated':
      return [put(dataSourceItem(change.dataSource)), ...change.dropped.flatMap(tableErased)];
    case 'refresh-requested':
      return [];
    case 'table-replaced':
      return [put(tableItem(change.table)), ...(change.before === null ? [] : deltasErased(change.before))];
    case 'table-changed':
      return [put(tableItem(change.table)), put(deltaItem(deltaOf(change)))];
    case 'execution-opened':
    case 'execution-changed':
      return [put(executionItem(change.execution))];
    case 'execution-forgotten':
      return [erase(executionItem(change.execution))];
    case 'enforcement-configured':
      return [put(settingsItem(change.settings))];
    case 'request-remembered':
      return [put(requestItem(change.entry))];
    case 'request-forgotten':
      return [erase(requestItem(change.entry))];
    default:
      return unreachable(change);
  }
}

interface Item {
  readonly partition: string;
  readonly id: string;
  readonly body: () => JsonObject;
}

function policyItem(policy: Policy): Item {
  return { partition: policyPartition, id: policy.id, body: () => policyToEntity(policy) };
}

function libraryItem(policy: LibraryPolicy): Item {
  return { partition: libraryPartition, id: policy.id, body: () => libraryPolicyToEntity(policy) };
}

const libraryFilledItem: Item = { partition: libraryFilledPartition, id: 'filled', body: () => ({}) };

function ruleItem(rule: StoredRule, owner: { readonly rulesVersion: number }): Item {
  return {
    partition: rulesPartition(rule.policyId, owner.rulesVersion),
    id: rule.id,
    body: () => ruleToEntity(rule),
  };
}

function dataSourceItem(dataSource: DataSource): Item {
  return { partition: dataSourcePartition, id: dataSource.id, body: () => dataSourceToEntity(dataSource) };
}

function tableItem(version: TableVersion): Item {
  return {
    partition: tablePartition(version.dataSourceId),
    id: version.table,
    body: () => tableVersionToEntity(version),
  };
}

function tableErased(version: TableVersion): readonly PlannedEntityWrite[] {
  return [erase(tableItem(version)), ...deltasErased(version)];
}

function deltasErased(version: TableVersion): readonly PlannedEntityWrite[] {
  const { dataSourceId, table, deltas } = version;
  return Array.from({ length: deltas?.count ?? 0 }, (_, index) => {
    const delta = { dataSourceId, table, version: version.version, number: index + 1 };
    return erase(deltaItem({ ...delta, deleted: [], inserted: [] }));
  });
}

/** The delta that a change of a table adds to its version. */
function deltaOf({ table, deleted, inserted }: Extract<Change, { kind: 'table-changed' }>): TableDelta {
  const { dataSourceId, version, deltas } = table;
  return { dataSourceId, table: table.table, version, number: deltas.count, deleted, inserted };
}

function deltaItem(delta: TableDelta): Item {
  return {
    partition: deltaPartition(delta.dataSourceId),
    id: `${delta.version}#${String(delta.number).padStart(6, '0')}`,
    body: () => tableDeltaToEntity(delta),
  };
}

function executionItem(execution: Execution): Item {
  return { partition: executionPartition, id: execution.id, body: () => executionToEntity(execution) };
}

function settingsItem(settings: EnforcementSettings): Item {
  return { partition: enforcementPartition, id: 'settings', body: () => settingsToEntity(settings) };
}

function requestItem(entry: IdempotencyEntry): Item {
  return { partition: idempotencyPartition, id: entry.key, body: () => idempotencyEntryToEntity(entry) };
}

function put({ partition, id, body }: Item): PlannedEntityWrite {
  return { kind: 'put', key: { partition, id }, body: body() };
}

function erase({ partition, id }: Item): PlannedEntityWrite {
  return { kind: 'delete', key: { partition, id } };
}
