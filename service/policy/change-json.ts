import { unreachable } from '../base/assert.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Author } from './author.ts';
import type { Change, RuleOwner } from './change.ts';
import {
  dataSourceFromEntity,
  dataSourceToEntity,
  idempotencyEntryFromEntity,
  idempotencyEntryToEntity,
  policyFromEntity,
  policyToEntity,
  ruleFromEntity,
  ruleToEntity,
  tableVersionFromEntity,
  tableVersionToEntity,
} from './entity-json.ts';
import { JsonReader } from './json-reader.ts';

/** Lossless JSON of a change, as change records hold it. The layout is durable: members are only ever added. */
export function changeToJson(change: Change): JsonObject {
  const json = decisionToJson(change);
  return change.by === undefined ? json : { ...json, by: { ...change.by } };
}

/** The inverse. Asserts the shape (AssertionFailure, or MalformedFormula): records hold what was written here. */
export function changeFromJson(json: Json): Change {
  const read = JsonReader.of(json, 'change');
  const decision = decisionFromJson(read);
  return read.has('by') ? { ...decision, by: authorFromJson(read.object('by')) } : decision;
}

function decisionToJson(change: Change): JsonObject {
  const { kind } = change;
  switch (kind) {
    case 'policy-created':
    case 'policy-deleted':
      return { kind, policy: policyToEntity(change.policy), rules: change.rules.map(ruleToEntity) };
    case 'rule-inserted':
    case 'rule-deleted':
      return { kind, rule: ruleToEntity(change.rule), owner: { ...change.owner } };
    case 'data-source-created':
      return { kind, dataSource: dataSourceToEntity(change.dataSource) };
    case 'data-source-deleted':
      return {
        kind,
        dataSource: dataSourceToEntity(change.dataSource),
        tables: change.tables.map(tableVersionToEntity),
      };
    case 'table-replaced':
      return {
        kind,
        table: tableVersionToEntity(change.table),
        before: change.before === null ? null : tableVersionToEntity(change.before),
        engineName: change.engineName,
        arity: change.arity,
      };
    case 'request-remembered':
    case 'request-forgotten':
      return { kind, entry: idempotencyEntryToEntity(change.entry) };
    default:
      return unreachable(kind);
  }
}

function decisionFromJson(read: JsonReader): Change {
  const kind = read.oneOf('kind', changeKinds);
  switch (kind) {
    case 'policy-created':
    case 'policy-deleted':
      return {
        kind,
        policy: policyFromEntity(read.object('policy')),
        rules: read.objects('rules').map(ruleFromEntity),
      };
    case 'rule-inserted':
    case 'rule-deleted':
      return { kind, rule: ruleFromEntity(read.object('rule')), owner: ownerFromJson(read.object('owner')) };
    case 'data-source-created':
      return { kind, dataSource: dataSourceFromEntity(read.object('dataSource')) };
    case 'data-source-deleted':
      return {
        kind,
        dataSource: dataSourceFromEntity(read.object('dataSource')),
        tables: read.objects('tables').map(tableVersionFromEntity),
      };
    case 'table-replaced':
      return tableReplacedFromJson(read);
    case 'request-remembered':
    case 'request-forgotten':
      return { kind, entry: idempotencyEntryFromEntity(read.object('entry')) };
    default:
      return unreachable(kind);
  }
}

const changeKinds: readonly Change['kind'][] = [
  'policy-created',
  'policy-deleted',
  'rule-inserted',
  'rule-deleted',
  'data-source-created',
  'data-source-deleted',
  'table-replaced',
  'request-remembered',
  'request-forgotten',
];

function tableReplacedFromJson(read: JsonReader): Change {
  const before = read.objectOrNull('before');
  return {
    kind: 'table-replaced',
    table: tableVersionFromEntity(read.object('table')),
    before: before === null ? null : tableVersionFromEntity(before),
    engineName: read.text('engineName'),
    arity: read.integer('arity'),
  };
}

function authorFromJson(json: JsonObject): Author {
  const read = new JsonReader(json, 'author of a change');
  return { subject: read.text('subject'), requestId: read.text('requestId') };
}

function ownerFromJson(json: JsonObject): RuleOwner {
  const read = new JsonReader(json, 'owner of a rule');
  return { policyName: read.text('policyName'), rulesVersion: read.integer('rulesVersion') };
}
