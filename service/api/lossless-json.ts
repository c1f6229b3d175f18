import { pythonFloat } from '../datalog/python-text.ts';
import type { Value } from '../datalog/value.ts';

/**
 * A value of the language as JSON: integers in full, floats as Python prints them (`2.0`); a float without a JSON form
 * (`inf`, `nan`) becomes a text.
 */
export function valueJson(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return value.toString();
  const text = pythonFloat(value);
  return Number.isFinite(value) ? text : `"${text}"`;
}

/** What {@link losslessJson} prints. Every number in it is a value of the language. */
export type LosslessJson =
  | Value
  | boolean
  | null
  | readonly LosslessJson[]
  | { readonly [name: string]: LosslessJson };

/** Compact JSON in which integers and floats stay apart. */
export function losslessJson(json: LosslessJson): string {
  if (json === null || typeof json === 'boolean') return String(json);
  if (typeof json !== 'object') return valueJson(json);
  if (isList(json)) return `[${json.map(losslessJson).join(',')}]`;
  const members = Object.entries(json).map(
    ([name, member]) => `${JSON.stringify(name)}:${losslessJson(member)}`,
  );
  return `{${members.join(',')}}`;
}

function isList(json: object): json is readonly LosslessJson[] {
  return Array.isArray(json);
}
