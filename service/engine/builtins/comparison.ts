import type { Value } from '../../datalog/value.ts';
import type { Builtin } from './builtin.ts';

/**
 * Comparisons of reference 2.12: integers and floats compare by value, strings by code point, a string with a
 * number fails (`equal` is then false).
 */
export const comparisonBuiltins: readonly Builtin[] = [
  {
    name: 'lt',
    inputs: 2,
    outputs: 0,
    total: true,
    evaluate: (x: Value, y: Value) => ordered(x, y) && lessThan(x, y),
  },
  {
    name: 'lteq',
    inputs: 2,
    outputs: 0,
    total: true,
    evaluate: (x: Value, y: Value) => ordered(x, y) && atMost(x, y),
  },
  {
    name: 'gt',
    inputs: 2,
    outputs: 0,
    total: true,
    evaluate: (x: Value, y: Value) => ordered(x, y) && lessThan(y, x),
  },
  {
    name: 'gteq',
    inputs: 2,
    outputs: 0,
    total: true,
    evaluate: (x: Value, y: Value) => ordered(x, y) && atMost(y, x),
  },
  { name: 'equal', inputs: 2, outputs: 0, total: true, evaluate: hostEqual },
  {
    name: 'max',
    inputs: 2,
    outputs: 1,
    evaluate: (x: Value, y: Value) => (ordered(x, y) ? (lessThan(x, y) ? y : x) : undefined),
  },
];

/** Equality across number types: integer 1 equals float 1.0, a string equals only a string. */
function hostEqual(x: Value, y: Value): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: bigint == number compares by mathematical value.
  return ordered(x, y) && x == y;
}

/** Whether two values have an order: both strings or both numbers. */
function ordered(x: Value, y: Value): boolean {
  return (typeof x === 'string') === (typeof y === 'string');
}

function lessThan(x: Value, y: Value): boolean {
  if (typeof x === 'string' && typeof y === 'string') return codePointOrder(x, y) < 0;
  return x < y;
}

function atMost(x: Value, y: Value): boolean {
  if (typeof x === 'string' && typeof y === 'string') return codePointOrder(x, y) <= 0;
  return x <= y;
}

/** UTF-16 order, except that surrogates sort above the rest of the basic plane, as code points do. */
export function codePointOrder(x: string, y: string): number {
  const length = Math.min(x.length, y.length);
  for (let i = 0; i < length; i++) {
    const a = x.charCodeAt(i);
    const b = y.charCodeAt(i);
    if (a !== b) return rank(a) - rank(b);
  }
  return x.length - y.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x10000 : unit - 0x800;
}
