import type { Value } from '../../datalog/value.ts';
import { textLengthMax } from './arithmetic.ts';
import type { Builtin, BuiltinResult } from './builtin.ts';
import { RegexCache } from './regex.ts';

/**
 * Text builtins that Congress does not have (docs/DATALOG.md). Inputs of another type than the one named there fail
 * the literal. Positions count code points from 0.
 */
export function textAdditions(): readonly Builtin[] {
  const regexes = new RegexCache();
  return [
    { name: 'contains', inputs: 2, outputs: 0, evaluate: both((text, part) => text.includes(part)) },
    { name: 'starts_with', inputs: 2, outputs: 0, evaluate: both((text, part) => text.startsWith(part)) },
    { name: 'ends_with', inputs: 2, outputs: 0, evaluate: both((text, part) => text.endsWith(part)) },
    {
      name: 'matches',
      inputs: 2,
      outputs: 0,
      evaluate: both((text, pattern) => regexes.search(pattern, false)(text)),
    },
    { name: 'lower', inputs: 1, outputs: 1, total: true, evaluate: one((text) => text.toLowerCase()) },
    { name: 'upper', inputs: 1, outputs: 1, total: true, evaluate: one((text) => text.toUpperCase()) },
    { name: 'split', inputs: 2, outputs: 1, many: true, evaluate: both(parts) },
    { name: 'substring', inputs: 3, outputs: 1, evaluate: substring },
    { name: 'replace', inputs: 3, outputs: 1, evaluate: replaced },
  ];
}

function one(work: (text: string) => BuiltinResult): (text: Value) => BuiltinResult {
  return (text) => (typeof text === 'string' ? work(text) : undefined);
}

function both(work: (text: string, other: string) => BuiltinResult) {
  return (text: Value, other: Value): BuiltinResult =>
    typeof text === 'string' && typeof other === 'string' ? work(text, other) : undefined;
}

/** Every part once; an empty separator fails. */
function parts(text: string, separator: string): readonly string[] | undefined {
  return separator === '' ? undefined : [...new Set(text.split(separator))];
}

/** `length` characters from `start` on, fewer where the text ends; below zero fails. */
function substring(text: Value, start: Value, length: Value): string | undefined {
  if (typeof text !== 'string' || typeof start !== 'bigint' || typeof length !== 'bigint') return undefined;
  if (start < 0n || length < 0n) return undefined;
  const from = Number(start);
  return [...text].slice(from, from + Number(length)).join('');
}

/** Every occurrence of a text that is not empty, from the left. */
function replaced(text: Value, old: Value, by: Value): string | undefined {
  if (typeof text !== 'string' || typeof old !== 'string' || typeof by !== 'string' || old === '')
    return undefined;
  const pieces = text.split(old);
  const length = text.length + (pieces.length - 1) * (by.length - old.length);
  return length > textLengthMax ? undefined : pieces.join(by);
}
