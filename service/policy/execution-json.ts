import type { Json, JsonObject } from '../base/json.ts';
import { valueFromJson } from '../datalog/formula-json.ts';
import type { Tuple } from '../datalog/value.ts';
import { createdAtFromJson, createdAtToJson } from './created-at-json.ts';
import {
  type Delivery,
  type EnforcementMode,
  type EnforcementSettings,
  type Execution,
  type ExecutionState,
  type PolicyEnforcement,
  storedValue,
} from './executions.ts';
import { JsonReader } from './json-reader.ts';

/** Lossless JSON of the ledger; durable like that of `entity-json.ts`. */
export function executionToEntity(execution: Execution): JsonObject {
  return {
    ...execution,
    positional: execution.positional.map(storedValue),
    createdAt: createdAtToJson(execution.createdAt),
  };
}

export function executionFromEntity(json: JsonObject): Execution {
  const read = new JsonReader(json, 'execution');
  return {
    id: read.text('id'),
    policy: read.textOrNull('policy'),
    service: read.text('service'),
    action: read.text('action'),
    positional: tupleFromJson(read.any('positional')),
    named: read.object('named'),
    delivery: read.oneOf<Delivery>('delivery', ['at-least-once', 'at-most-once']),
    state: read.oneOf<ExecutionState>('state', executionStates),
    closed: read.flag('closed'),
    attempts: read.integer('attempts'),
    detail: read.textOrNull('detail'),
    openedAtMs: read.integer('openedAtMs'),
    changedAtMs: read.integer('changedAtMs'),
    createdAt: createdAtFromJson(read.object('createdAt')),
  };
}

/** Every state, in the order in which an execution may go through them. */
export const executionStates: readonly ExecutionState[] = [
  'awaiting-approval',
  'pending',
  'sent',
  'done',
  'failed',
  'unknown',
  'cancelled',
  'dry-run',
];

export function settingsToEntity(settings: EnforcementSettings): JsonObject {
  const policies = Object.fromEntries(
    Object.entries(settings.policies).map(([name, policy]): [string, JsonObject] => [name, { ...policy }]),
  );
  return { mode: settings.mode, perMinuteMax: settings.perMinuteMax, policies };
}

export function settingsFromEntity(json: JsonObject): EnforcementSettings {
  const read = new JsonReader(json, 'enforcement setting');
  const policies = Object.entries(read.object('policies')).map(
    ([name, policy]): [string, PolicyEnforcement] => [name, policy as unknown as PolicyEnforcement],
  );
  return {
    mode: read.oneOf<EnforcementMode>('mode', ['on', 'dry-run', 'off']),
    perMinuteMax: read.integer('perMinuteMax'),
    policies: Object.fromEntries(policies),
  };
}

/** Compact JSON of a tuple. */
export function tupleToJson(tuple: Tuple): Json {
  return tuple.map(storedValue);
}

/** The inverse. Throws MalformedFormula. */
export function tupleFromJson(json: Json): Tuple {
  return (json as readonly Json[]).map((value) => (typeof value === 'string' ? value : valueFromJson(value)));
}
