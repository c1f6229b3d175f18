import type { Value } from '../../datalog/value.ts';
import type { Builtin } from './builtin.ts';
import { toFloat, toInteger } from './python-number.ts';

/** Length of a text that a builtin may make, in UTF-16 code units; more fails the literal. */
export const textLengthMax = 1 << 20;
/** Largest index of the host language of Congress. */
const indexMax = 2n ** 63n - 1n;
/** Bits of an integer that `mul` may make; more fails the literal. */
const integerBitsMax = 1 << 16;

/** Arithmetic of reference 2.12: two integers give an integer, a float makes the result a float. */
export const arithmeticBuiltins: readonly Builtin[] = [
  { name: 'plus', inputs: 2, outputs: 1, evaluate: plus },
  { name: 'minus', inputs: 2, outputs: 1, evaluate: minus },
  { name: 'mul', inputs: 2, outputs: 1, evaluate: multiply },
  { name: 'div', inputs: 2, outputs: 1, evaluate: divide },
  { name: 'float', inputs: 1, outputs: 1, evaluate: toFloat },
  { name: 'int', inputs: 1, outputs: 1, evaluate: toInteger },
];

/** The sum of two numbers or the concatenation of two texts. */
export function plus(x: Value, y: Value): Value | undefined {
  if (typeof x === 'bigint' && typeof y === 'bigint') return x + y;
  if (typeof x === 'string' && typeof y === 'string') return bounded(x + y);
  if (typeof x === 'string' || typeof y === 'string') return undefined;
  return toFloat(x) + toFloat(y);
}

function minus(x: Value, y: Value): Value | undefined {
  if (typeof x === 'bigint' && typeof y === 'bigint') return x - y;
  if (typeof x === 'string' || typeof y === 'string') return undefined;
  return toFloat(x) - toFloat(y);
}

/** The product; a text and an integer repeat the text. */
function multiply(x: Value, y: Value): Value | undefined {
  if (typeof x === 'bigint' && typeof y === 'bigint') return product(x, y);
  if (typeof x === 'string' && typeof y === 'bigint') return repeated(x, y);
  if (typeof x === 'bigint' && typeof y === 'string') return repeated(y, x);
  if (typeof x === 'string' || typeof y === 'string') return undefined;
  return toFloat(x) * toFloat(y);
}

/** Integers divide towards minus infinity; by zero fails. */
function divide(x: Value, y: Value): Value | undefined {
  if (typeof x === 'string' || typeof y === 'string') return undefined;
  if (typeof x === 'bigint' && typeof y === 'bigint') {
    const quotient = x / y;
    return quotient * y !== x && x < 0n !== y < 0n ? quotient - 1n : quotient;
  }
  const divisor = toFloat(y);
  return divisor === 0 ? undefined : toFloat(x) / divisor;
}

function product(x: bigint, y: bigint): bigint | undefined {
  const bits = x.toString(16).length * 4 + y.toString(16).length * 4;
  return bits > integerBitsMax ? undefined : x * y;
}

function repeated(text: string, times: bigint): string | undefined {
  // Beyond the host's index type it fails, below zero too.
  if (times > indexMax || times < -indexMax - 1n) return undefined;
  if (times <= 0n || text.length === 0) return '';
  return BigInt(text.length) * times > BigInt(textLengthMax) ? undefined : text.repeat(Number(times));
}

function bounded(text: string): string | undefined {
  return text.length > textLengthMax ? undefined : text;
}
