import { canonicalJson } from '../base/canonical-json.ts';
import type { Json, JsonObject } from '../base/json.ts';
import { valueToJson } from '../datalog/formula-json.ts';
import type { Tuple, Value } from '../datalog/value.ts';
import type { CreatedAt } from './entities.ts';

/**
 * Where one activation stands:
 * - `awaiting-approval`: a person has to say yes before it is sent;
 * - `pending`: to be sent, now or when it is its turn;
 * - `sent`: about to be sent, being sent, or sent by a replica that was lost before it could tell;
 * - `done`, `failed`: the target answered;
 * - `unknown`: sent once, outcome not known, not to be repeated without a person (at most once);
 * - `cancelled`: closed before it was sent;
 * - `dry-run`: recorded only.
 */
export type ExecutionState =
  | 'awaiting-approval'
  | 'pending'
  | 'sent'
  | 'done'
  | 'failed'
  | 'unknown'
  | 'cancelled'
  | 'dry-run';

/** What happens to an activation whose outcome is not known: repeated with the same id, or left to a person. */
export type Delivery = 'at-least-once' | 'at-most-once';

/** One entry of the execution ledger: a row that entered an execute table, or an action asked for over the API. */
export interface Execution {
  /** Unique for ever; sent with every attempt, so that the target can tell repetitions. */
  readonly id: string;
  /** Whose rule asks for it; null when it was asked for over the API. */
  readonly policy: string | null;
  /** Name of the data source. */
  readonly service: string;
  readonly action: string;
  readonly positional: Tuple;
  /** From the API only (Congress reference 1.10). */
  readonly named: JsonObject;
  readonly delivery: Delivery;
  readonly state: ExecutionState;
  /** The row has left the table; the same row entering again is another activation. */
  readonly closed: boolean;
  /** How often it was sent, the current attempt included. */
  readonly attempts: number;
  /** What the target answered, or why it was not sent; null before. */
  readonly detail: string | null;
  /** Wall clocks of the replicas that decided, for people. */
  readonly openedAtMs: number;
  readonly changedAtMs: number;
  readonly createdAt: CreatedAt;
}

export type EnforcementMode = 'on' | 'dry-run' | 'off';

/** The switches of enforcement that can be set while the service runs; the same on every replica. */
export interface EnforcementSettings {
  readonly mode: EnforcementMode;
  /** Most activations sent in a minute, over all policies. */
  readonly perMinuteMax: number;
  /** By name of the policy. */
  readonly policies: Readonly<Record<string, PolicyEnforcement>>;
}

export interface PolicyEnforcement {
  readonly mode?: EnforcementMode;
  /** Over what the action says. */
  readonly delivery?: Delivery;
  /** Nothing is sent before a person has approved it. */
  readonly approval?: boolean;
}

/** In force until somebody sets something else. */
export const defaultEnforcement: EnforcementSettings = { mode: 'on', perMinuteMax: 600, policies: {} };

/** What identifies the row behind an activation: one that is open at a time. */
export interface ExecutionRow {
  readonly policy: string;
  readonly service: string;
  readonly action: string;
  readonly positional: Tuple;
}

/** Text that is equal for equal rows; integers and floats are different values. */
export function executionRowKey({ policy, service, action, positional }: ExecutionRow): string {
  return JSON.stringify([policy, service, action, positional.map(storedValue)]);
}

/** The row behind an execution; null when it has none. */
export function rowOfExecution(execution: Execution): ExecutionRow | null {
  const { policy } = execution;
  return policy === null ? null : { ...execution, policy };
}

/** Compact and lossless: texts as they are. */
export function storedValue(value: Value): Json {
  return typeof value === 'string' ? value : valueToJson(value);
}

/** For comparing two settings. */
export function sameSettings(left: EnforcementSettings, right: EnforcementSettings): boolean {
  return canonicalJson(left as unknown as Json) === canonicalJson(right as unknown as Json);
}
