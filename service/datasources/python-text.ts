import { pythonFloat, pythonRepr } from '../datalog/python-text.ts';

/**
 * Text of a JSON value as Python prints it. Congress turns nested values of a row into their Python text
 * (reference 4.6) and quotes requests that way in some messages (1.13); rules written for it match such text.
 * Integers come as bigint, floats as number; from an ordinary reading of JSON a whole number is an integer.
 */
export function pythonText(value: unknown, numbers: 'lossless' | 'ordinary' = 'lossless'): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return pythonRepr(value);
  if (typeof value === 'number') {
    return numbers === 'ordinary' && Number.isSafeInteger(value) ? String(value) : pythonFloat(value);
  }
  if (Array.isArray(value)) return `[${value.map((member) => pythonText(member, numbers)).join(', ')}]`;
  const members = Object.entries(value as Record<string, unknown>).map(
    ([name, member]) => `${pythonRepr(name)}: ${pythonText(member, numbers)}`,
  );
  return `{${members.join(', ')}}`;
}
