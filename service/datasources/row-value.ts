import type { Value } from '../datalog/value.ts';
import { pythonText } from './python-text.ts';

/**
 * A JSON value as a constant of the language (Congress reference 4.6): booleans become "True" and "False",
 * null becomes "None", lists and objects their Python text. Integers come as bigint and floats as number
 * (a lossless reading of the body), so 2 and 2.0 stay apart. Non-ASCII text is kept; Congress drops it.
 */
export function rowValue(value: unknown): Value {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return value;
  return pythonText(value);
}
