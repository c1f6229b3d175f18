import { unreachable } from '../base/assert.ts';
import type { JsonObject } from '../base/json.ts';
import type { Change } from './change.ts';
import type { DataSource, IdempotencyEntry, Policy, StoredRule, TableVersion } from './entities.ts';
import {
  dataSourceToEntity,
  idempotencyEntryToEntity,
  policyToEntity,
  ruleToEntity,
  tableVersionToEntity,
} from './entity-json.ts';

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

/** Of the rules of a policy that are in force. */
export function rulesPartition(policyId: string, rulesVersion: number): string {
  return `rules#${policyId}#${rulesVersion}`;
}

/** Of the table versions of a data source. */
export function tablePartition(dataSourceId: string): string {
  return `table#${dataSourceId}`;
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
    case 'data-source-created':
      return [put(dataSourceItem(change.dataSource))];
    case 'data-source-deleted':
      return [
        erase(dataSourceItem(change.dataSource)),
        ...change.tables.map((table) => erase(tableItem(table))),
      ];
    case 'table-replaced':
      return [put(tableItem(change.table))];
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

function requestItem(entry: IdempotencyEntry): Item {
  return { partition: idempotencyPartition, id: entry.key, body: () => idempotencyEntryToEntity(entry) };
}

function put({ partition, id, body }: Item): PlannedEntityWrite {
  return { kind: 'put', key: { partition, id }, body: body() };
}

function erase({ partition, id }: Item): PlannedEntityWrite {
  return { kind: 'delete', key: { partition, id } };
}
