import type { JsonObject } from '../../base/json.ts';
import type { Tuple } from '../../datalog/value.ts';
import type { Driver, DriverTable } from '../driver.ts';
import { InvalidDriverConfig, InvalidRows } from '../problems.ts';
import { rowValue } from '../row-value.ts';

/**
 * Fault events in the shape of the OPNFV Doctor inspector interface (Congress reference 4.9): each pushed
 * object has `time`, `type` and `details`, whose members become columns beside them.
 */
export const doctorDriver: Driver = {
  id: 'doctor',
  description: 'Fault events pushed by monitors in the format of the OPNFV Doctor inspector interface.',
  options: [
    {
      name: 'persist_data',
      required: false,
      secret: false,
      description: 'Accepted for compatibility: pushed rows are always durable.',
    },
  ],
  feed: 'push',
  tables,
  rowsFromPush,
};

const columns = ['time', 'type', 'hostname', 'status', 'monitor', 'monitor_event_id'];

/** Words that Congress reads as a boolean, in any case and with white space around them. */
const booleanWords = new Set(['1', 't', 'true', 'on', 'y', 'yes', '0', 'f', 'false', 'off', 'n', 'no']);

function tables(config: JsonObject): readonly DriverTable[] {
  const persist = config.persist_data;
  const known =
    persist === undefined ||
    typeof persist === 'boolean' ||
    booleanWords.has(String(persist).trim().toLowerCase());
  if (!known) throw new InvalidDriverConfig(['`persist_data` must be `True` or `False`']);
  return [{ table: 'events', columns: columns.map((name) => ({ name, description: null })) }];
}

function rowsFromPush(_table: DriverTable, body: unknown): readonly Tuple[] {
  if (!Array.isArray(body)) throw new InvalidRows('the body must be a list of events', null);
  return body.map((event: unknown, index) => {
    if (!isObject(event)) throw new InvalidRows(`event ${index} must be an object`, index);
    // Congress answers the missing key alone, so the message is fixed by the wire.
    if (!Object.hasOwn(event, 'details')) throw new InvalidRows('details', index);
    if (!isObject(event.details))
      throw new InvalidRows(`\`details\` of event ${index} must be an object`, index);
    const flat = { ...event, ...event.details };
    return columns.map((name) => rowValue(Object.hasOwn(flat, name) ? flat[name] : null));
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
