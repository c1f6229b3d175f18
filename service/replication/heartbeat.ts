import type { Sequence } from '../base/ids.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Entity, EntityKey } from '../store/state-store.ts';

/** What a replica says about itself to the others, in one item under 1 KB. */
export interface Heartbeat {
  /** Unique per process and start. */
  readonly replica: string;
  /** Host and port, for people. */
  readonly address: string;
  /** Version of the build that runs. */
  readonly build: string;
  /** Newest layout of change records that it reads. */
  readonly formatVersion: number;
  /** When it started, by its own wall clock; for people. */
  readonly startedAtMs: number;
  /** Grows with every heartbeat: others see by it that the replica lives, whatever the clocks say. */
  readonly beat: number;
  /** Time to the next heartbeat at the latest. */
  readonly intervalMs: number;
  readonly applied: Sequence;
  /** Of the catalog at `applied`. */
  readonly digest: string;
  readonly stalenessMs: number | null;
  readonly ready: boolean;
  readonly draining: boolean;
  /** Names of the leases held, sorted. */
  readonly leases: readonly string[];
}

export const heartbeatPartition = 'replica';

export function heartbeatKey(replica: string): EntityKey {
  return { partition: heartbeatPartition, id: replica };
}

export function heartbeatToJson(heartbeat: Heartbeat): JsonObject {
  return { ...heartbeat };
}

/** Null for an item that another build wrote in a way that this one does not know. */
export function heartbeatFrom({ body }: Entity): Heartbeat | null {
  const fits = Object.entries(shape).every(([member, isOfType]) => isOfType(body[member]));
  return fits ? (body as unknown as Heartbeat) : null;
}

type Check = (value: Json | undefined) => boolean;
const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isFlag: Check = (value) => typeof value === 'boolean';

const shape: Readonly<Record<keyof Heartbeat, Check>> = {
  replica: isText,
  address: isText,
  build: isText,
  formatVersion: isNumber,
  startedAtMs: isNumber,
  beat: isNumber,
  intervalMs: isNumber,
  applied: isNumber,
  digest: isText,
  stalenessMs: (value) => value === null || isNumber(value),
  ready: isFlag,
  draining: isFlag,
  leases: (value) => Array.isArray(value) && value.every(isText),
};
