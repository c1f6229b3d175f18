import type { DataSourceId, LibraryPolicyId, PolicyId, RuleId, Sequence } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import { formulaFromJson, formulaToJson } from '../datalog/formula-json.ts';
import { createdAtFromJson, createdAtToJson } from './created-at-json.ts';
import type {
  DataSource,
  IdempotencyEntry,
  LibraryPolicy,
  Policy,
  PolicyKind,
  PollingMode,
  StoredRule,
  TableDeltas,
  TableSchema,
  TableVersion,
} from './entities.ts';
import { JsonReader } from './json-reader.ts';

/**
 * Lossless JSON of the entities: the body of their items in the store, and what change records and the catalog
 * digest hold. The layout is durable. Decoding asserts the shape (AssertionFailure, or MalformedFormula),
 * because it reads nothing but what was written here.
 */

export function policyToEntity(policy: Policy): JsonObject {
  return { ...policy, createdAt: createdAtToJson(policy.createdAt) };
}

export function policyFromEntity(json: JsonObject): Policy {
  const read = new JsonReader(json, 'policy');
  return {
    id: read.text('id') as PolicyId,
    name: read.text('name'),
    abbreviation: read.text('abbreviation'),
    description: read.text('description'),
    ownerId: read.text('ownerId'),
    kind: read.oneOf<PolicyKind>('kind', policyKinds),
    rulesVersion: read.integer('rulesVersion'),
    rulesSince: read.integerOrNull('rulesSince') as Sequence | null,
    createdAt: createdAtFromJson(read.object('createdAt')),
  };
}

const policyKinds: readonly PolicyKind[] = ['nonrecursive', 'action', 'database', 'materialized', 'z3'];

export function ruleToEntity(rule: StoredRule): JsonObject {
  return { ...rule, formula: formulaToJson(rule.formula), createdAt: createdAtToJson(rule.createdAt) };
}

export function ruleFromEntity(json: JsonObject): StoredRule {
  const read = new JsonReader(json, 'rule');
  return {
    id: read.text('id') as RuleId,
    policyId: read.text('policyId') as PolicyId,
    text: read.text('text'),
    name: read.any('name'),
    comment: read.any('comment'),
    formula: formulaFromJson(read.any('formula')),
    createdAt: createdAtFromJson(read.object('createdAt')),
  };
}

export function libraryPolicyToEntity(policy: LibraryPolicy): JsonObject {
  return { ...policy, createdAt: createdAtToJson(policy.createdAt) };
}

export function libraryPolicyFromEntity(json: JsonObject): LibraryPolicy {
  const read = new JsonReader(json, 'library policy');
  return {
    id: read.text('id') as LibraryPolicyId,
    name: read.text('name'),
    abbreviation: read.text('abbreviation'),
    description: read.text('description'),
    kind: read.text('kind'),
    rules: read.objects('rules'),
    createdAt: createdAtFromJson(read.object('createdAt')),
  };
}

export function dataSourceToEntity(dataSource: DataSource): JsonObject {
  return {
    ...dataSource,
    tables: dataSource.tables.map(({ table, columns }) => ({
      table,
      columns: columns.map(({ name, description }) => ({ name, description })),
    })),
    createdAt: createdAtToJson(dataSource.createdAt),
  };
}

export function dataSourceFromEntity(json: JsonObject): DataSource {
  const read = new JsonReader(json, 'data source');
  return {
    id: read.text('id') as DataSourceId,
    name: read.text('name'),
    driver: read.text('driver'),
    description: read.textOrNull('description'),
    enabled: read.flag('enabled'),
    config: read.objectOrNull('config'),
    engineName: read.text('engineName'),
    tables: read.objects('tables').map(tableSchemaFromJson),
    ...(json.polling === undefined ? {} : { polling: read.oneOf<PollingMode>('polling', pollingModes) }),
    createdAt: createdAtFromJson(read.object('createdAt')),
  };
}

const pollingModes: readonly PollingMode[] = ['leased', 'every-replica'];

function tableSchemaFromJson(json: JsonObject): TableSchema {
  const read = new JsonReader(json, 'table schema');
  return {
    table: read.text('table'),
    columns: read.objects('columns').map((column) => {
      const readColumn = new JsonReader(column, 'column');
      return { name: readColumn.text('name'), description: readColumn.textOrNull('description') };
    }),
  };
}

export function tableVersionToEntity(version: TableVersion): JsonObject {
  const { deltas, ...chunks } = version;
  return deltas === undefined ? chunks : { ...chunks, deltas: { ...deltas } };
}

export function tableVersionFromEntity(json: JsonObject): TableVersion {
  const read = new JsonReader(json, 'table version');
  return {
    dataSourceId: read.text('dataSourceId') as DataSourceId,
    table: read.text('table'),
    version: read.text('version'),
    chunks: read.integer('chunks'),
    rows: read.integer('rows'),
    digest: read.text('digest'),
    ...(json.deltas === undefined ? {} : { deltas: tableDeltasFromJson(read.object('deltas')) }),
    replacedAtMs: read.integerOrNull('replacedAtMs'),
    updates: read.integerOrNull('updates') ?? 0,
  };
}

function tableDeltasFromJson(json: JsonObject): TableDeltas {
  const read = new JsonReader(json, 'deltas of a table');
  return { count: read.integer('count'), digest: read.text('digest') };
}

export function idempotencyEntryToEntity(entry: IdempotencyEntry): JsonObject {
  return { ...entry };
}

export function idempotencyEntryFromEntity(json: JsonObject): IdempotencyEntry {
  const read = new JsonReader(json, 'idempotency entry');
  return {
    key: read.text('key'),
    fingerprint: read.text('fingerprint'),
    sequence: read.integer('sequence') as Sequence,
    result: read.any('result'),
    committedAtMs: read.integer('committedAtMs'),
  };
}
