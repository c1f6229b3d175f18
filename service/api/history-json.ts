import type { Json, JsonObject } from '../base/json.ts';
import type { Driver } from '../datasources/driver.ts';
import { hiddenValue, visibleConfig } from '../datasources/driver-options.ts';
import type { Change } from '../policy/change.ts';
import { changeToJson } from '../policy/change-json.ts';
import type { HistoryRecord } from '../replication/change-history.ts';

type Drivers = ReadonlyMap<string, Driver>;

/**
 * A commit for people and programs: who, when, and per change what was there before and after. Secrets of
 * configurations are hidden; what the service remembers for itself (answers to Idempotency-Keys) is left out.
 */
export function historyJson(record: HistoryRecord, drivers: Drivers): JsonObject {
  const { sequence, committedAtMs, writer, changes } = record;
  return {
    sequence,
    committedAt: new Date(committedAtMs).toISOString(),
    writer,
    changes: changes.filter(isTold).map((change) => changeJson(change, drivers)),
  };
}

function isTold({ kind }: Change): boolean {
  return kind !== 'request-remembered' && kind !== 'request-forgotten';
}

function changeJson(change: Change, drivers: Drivers): JsonObject {
  const { kind, by = null, before, ...members } = changeToJson(change) as JsonObject;
  const shown = shownObject(members, drivers);
  const [main = 'object'] = Object.keys(members);
  if (before !== undefined && before !== null) {
    return { kind: kind ?? null, by, before: shownObject({ [main]: before }, drivers), after: shown };
  }
  const isGone = /-(deleted|forgotten)$/.test(change.kind);
  return { kind: kind ?? null, by, before: isGone ? shown : null, after: isGone ? null : shown };
}

/** Rules are told by their text: the tree that is evaluated follows from it. */
function shownObject(members: JsonObject, drivers: Drivers): JsonObject {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, shownMember(name, value, drivers)]),
  );
}

function shownMember(name: string, value: Json, drivers: Drivers): Json {
  if (name === 'rules' && Array.isArray(value))
    return value.map((rule: Json) => shownMember('rule', rule, drivers));
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const object = value as JsonObject;
  if (name === 'rule') {
    const { formula: _, ...told } = object;
    return told;
  }
  return name === 'dataSource' ? { ...object, config: shownConfig(object, drivers) } : object;
}

/** Everything is hidden when nobody knows any more what of it is secret. */
function shownConfig({ driver, config }: JsonObject, drivers: Drivers): Json {
  if (config === null || typeof config !== 'object') return null;
  const known = drivers.get(String(driver));
  return known === undefined ? hiddenValue : visibleConfig(known, config as JsonObject);
}
