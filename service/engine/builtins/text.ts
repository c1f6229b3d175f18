import type { Value } from '../../datalog/value.ts';
import { plus } from './arithmetic.ts';
import type { Builtin } from './builtin.ts';

/** Text builtins of reference 2.12. `concat` is the same as `plus`, so it adds two numbers. */
export const textBuiltins: readonly Builtin[] = [
  { name: 'concat', inputs: 2, outputs: 1, evaluate: plus },
  { name: 'len', inputs: 1, outputs: 1, total: true, evaluate: codePoints },
];

function codePoints(text: Value): bigint | undefined {
  if (typeof text !== 'string') return undefined;
  let count = text.length;
  for (let i = 1; i < text.length; i++) if (isPair(text.charCodeAt(i - 1), text.charCodeAt(i))) count--;
  return BigInt(count);
}

function isPair(high: number, low: number): boolean {
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}
