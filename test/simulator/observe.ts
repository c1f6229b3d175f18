import type { Tuple } from '../../service/datalog/value.ts';
import { dataSourceRows, policyRows } from '../../service/policy/queries.ts';
import type { ReplicaPort } from '../../service/replication/replica-port.ts';
import { absent, policyState } from './history.ts';
import { noRows } from './policy-model.ts';

/** What a replica shows of an object at this moment, and what is wrong with it by itself. */
export interface Observation {
  readonly state: string;
  readonly wrong: string | null;
}

export const sharedSource = 'inventory';
export const sharedTable = 'servers';

/** The policy as the catalog has it; and whether the engine answers what the catalog says. */
export function observePolicy(port: ReplicaPort, name: string): Observation {
  const policy = port.catalog.policyByName(name);
  if (policy === undefined) return { state: absent, wrong: null };
  const rules = port.catalog.rules(policy.id);
  const state = policyState(
    policy.description,
    rules.map((rule) => String(rule.name)),
  );
  const texts = rules.map(({ text }) => text);
  const facts = texts.filter((text) => text.startsWith('f(')).map((text) => text.slice(2, -1));
  const shown = rowsOf(port, name, 'f');
  const copies = texts.includes(copyRule) ? rowsOf(port, name, 'g') : shown;
  const expected = [...facts].sort().join(' ');
  if (shown !== expected) return { state, wrong: `${name}: rules say f = ${expected}, the engine ${shown}` };
  if (copies !== expected)
    return { state, wrong: `${name}: f = ${expected}, but the engine has g = ${copies}` };
  return { state, wrong: null };
}

export const copyRule = 'g(x) :- f(x)';

/** The shared table: its rows are two, of one and the same write. */
export function observeRows(port: ReplicaPort): Observation {
  if (port.catalog.dataSourceByName(sharedSource) === undefined) return { state: absent, wrong: null };
  const rows = dataSourceRows(port, { dataSource: sharedSource, table: sharedTable });
  if (rows.length === 0) return { state: noRows, wrong: null };
  const states = new Set(rows.map(([write]) => String(write)));
  const state = [...states].join(' and ');
  const whole = states.size === 1 && rows.length === 2;
  return { state, wrong: whole ? null : `${sharedTable} is torn: ${JSON.stringify(rows)}` };
}

/** The rows that one write replaces all rows by. */
export function rowsOfWrite(id: string): readonly Tuple[] {
  return [
    [id, 1],
    [id, 2],
  ];
}

function rowsOf(port: ReplicaPort, policy: string, table: string): string {
  if (!port.catalog.hasTable(policy, table)) return '';
  return policyRows(port, { policy, table })
    .map(([value]) => String(value))
    .sort()
    .join(' ');
}
