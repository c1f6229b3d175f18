import { assert, unreachable } from '../base/assert.ts';
import type { DataSourceId } from '../base/ids.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Author } from './author.ts';
import type { Change, EnforcementChange, RuleOwner } from './change.ts';
import {
  dataSourceFromEntity,
  dataSourceToEntity,
  idempotencyEntryFromEntity,
  idempotencyEntryToEntity,
  libraryPolicyFromEntity,
  libraryPolicyToEntity,
  policyFromEntity,
  policyToEntity,
  ruleFromEntity,
  ruleToEntity,
  tableVersionFromEntity,
  tableVersionToEntity,
} from './entity-json.ts';
import {
  executionFromEntity,
  executionToEntity,
  settingsFromEntity,
  settingsToEntity,
  tupleFromJson,
  tupleToJson,
} from './execution-json.ts';
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
    case 'rule-replaced':
      return {
        kind,
        rule: ruleToEntity(change.rule),
        before: ruleToEntity(change.before),
        owner: { ...change.owner },
      };
    case 'policy-described':
      return { kind, policy: policyToEntity(change.policy), before: policyToEntity(change.before) };
    case 'library-policy-created':
    case 'library-policy-deleted':
      return { kind, libraryPolicy: libraryPolicyToEntity(change.libraryPolicy) };
    case 'library-policy-replaced':
      return {
        kind,
        libraryPolicy: libraryPolicyToEntity(change.libraryPolicy),
        before: libraryPolicyToEntity(change.before),
      };
    case 'library-filled':
      return { kind, filled: change.filled };
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
    case 'table-changed':
      return {
        kind,
        table: tableVersionToEntity(change.table),
        before: tableVersionToEntity(change.before),
        engineName: change.engineName,
        arity: change.arity,
        deleted: change.deleted.map(tupleToJson),
        inserted: change.inserted.map(tupleToJson),
      };
    case 'data-source-updated':
      return {
        kind,
        dataSource: dataSourceToEntity(change.dataSource),
        before: dataSourceToEntity(change.before),
        dropped: change.dropped.map(tableVersionToEntity),
      };
    case 'refresh-requested':
      return { kind, dataSourceId: change.dataSourceId };
    case 'execution-opened':
    case 'execution-changed':
    case 'execution-forgotten':
    case 'enforcement-configured':
      return enforcementChangeToJson(change);
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
    case 'rule-replaced':
      return {
        kind,
        rule: ruleFromEntity(read.object('rule')),
        before: ruleFromEntity(read.object('before')),
        owner: ownerFromJson(read.object('owner')),
      };
    case 'policy-described':
      return {
        kind,
        policy: policyFromEntity(read.object('policy')),
        before: policyFromEntity(read.object('before')),
      };
    case 'library-policy-created':
    case 'library-policy-deleted':
    case 'library-policy-replaced':
    case 'library-filled':
      return libraryChangeFromJson(kind, read);
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
    case 'table-changed':
      return tableChangedFromJson(read);
    case 'data-source-updated':
      return {
        kind,
        dataSource: dataSourceFromEntity(read.object('dataSource')),
        before: dataSourceFromEntity(read.object('before')),
        dropped: read.objects('dropped').map(tableVersionFromEntity),
      };
    case 'refresh-requested':
      return { kind, dataSourceId: read.text('dataSourceId') as DataSourceId };
    case 'execution-opened':
    case 'execution-changed':
    case 'execution-forgotten':
    case 'enforcement-configured':
      return enforcementChangeFromJson(kind, read);
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
  'rule-replaced',
  'policy-described',
  'library-policy-created',
  'library-policy-replaced',
  'library-policy-deleted',
  'library-filled',
  'data-source-created',
  'data-source-deleted',
  'table-replaced',
  'table-changed',
  'data-source-updated',
  'refresh-requested',
  'execution-opened',
  'execution-changed',
  'execution-forgotten',
  'enforcement-configured',
  'request-remembered',
  'request-forgotten',
];

type LibraryKind = Extract<Change['kind'], `library-${string}`>;

function libraryChangeFromJson(kind: LibraryKind, read: JsonReader): Change {
  if (kind === 'library-filled') return { kind, filled: read.flag('filled') };
  const libraryPolicy = libraryPolicyFromEntity(read.object('libraryPolicy'));
  if (kind !== 'library-policy-replaced') return { kind, libraryPolicy };
  return { kind, libraryPolicy, before: libraryPolicyFromEntity(read.object('before')) };
}

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

function tableChangedFromJson(read: JsonReader): Change {
  const table = tableVersionFromEntity(read.object('table'));
  const { deltas } = table;
  assert(deltas !== undefined, 'a changed table has deltas');
  return {
    kind: 'table-changed',
    table: { ...table, deltas },
    before: tableVersionFromEntity(read.object('before')),
    engineName: read.text('engineName'),
    arity: read.integer('arity'),
    deleted: (read.any('deleted') as readonly Json[]).map(tupleFromJson),
    inserted: (read.any('inserted') as readonly Json[]).map(tupleFromJson),
  };
}

function enforcementChangeToJson(change: EnforcementChange): JsonObject {
  const { kind } = change;
  switch (kind) {
    case 'execution-opened':
    case 'execution-forgotten':
      return { kind, execution: executionToEntity(change.execution) };
    case 'execution-changed':
      return {
        kind,
        execution: executionToEntity(change.execution),
        before: executionToEntity(change.before),
      };
    case 'enforcement-configured':
      return {
        kind,
        settings: settingsToEntity(change.settings),
        before: change.before === null ? null : settingsToEntity(change.before),
      };
    default:
      return unreachable(kind);
  }
}

function enforcementChangeFromJson(kind: EnforcementChange['kind'], read: JsonReader): EnforcementChange {
  if (kind === 'enforcement-configured') {
    const before = read.objectOrNull('before');
    const settings = settingsFromEntity(read.object('settings'));
    return { kind, settings, before: before === null ? null : settingsFromEntity(before) };
  }
  const execution = executionFromEntity(read.object('execution'));
  if (kind !== 'execution-changed') return { kind, execution };
  return { kind, execution, before: executionFromEntity(read.object('before')) };
}

function ownerFromJson(json: JsonObject): RuleOwner {
  const read = new JsonReader(json, 'owner of a rule');
  return { policyName: read.text('policyName'), rulesVersion: read.integer('rulesVersion') };
}
