import type { Value } from '../../datalog/value.ts';

/** Numbers as the host language of Congress reads and converts them; anything else throws, which fails the literal. */

const integerText = /^[+-]?\d+(_\d+)*$/;
const floatText = /^[+-]?((\d+(_\d+)*)?\.?(\d+(_\d+)*)?(e[+-]?\d+(_\d+)*)?|inf(inity)?|nan)$/i;

/** `int(value)`: floats are cut towards zero, texts may have spaces around and underscores between digits. */
export function toInteger(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(Math.trunc(value));
  const text = asciiDigits(stripped(value));
  if (!integerText.test(text)) throw new RangeError('not an integer');
  const digits = text.replaceAll('_', '');
  return digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits.replace('+', ''));
}

/** `float(value)`: also reads `nan` and `inf`; an integer beyond the range of floats throws. */
export function toFloat(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') {
    const float = Number(value);
    if (!Number.isFinite(float)) throw new RangeError('too large for a float');
    return float;
  }
  const text = asciiDigits(stripped(value));
  if (!floatText.test(text) || !/[\dn]/i.test(text) || /^[+-]?e/i.test(text) || /^[+-]?\.(e|$)/i.test(text)) {
    throw new RangeError('not a number');
  }
  const name = /^([+-]?)(inf|nan)/i.exec(text);
  if (name === null) return Number(text.replaceAll('_', ''));
  if (name[2]!.toLowerCase() === 'nan') return Number.NaN;
  return name[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Without white space at the ends; a byte order mark is none in Python. */
function stripped(text: string): string {
  return text.startsWith('\ufeff') || text.endsWith('\ufeff') ? text : text.trim();
}

const notAscii = /[\u0080-\uffff]/;
const decimalDigit = /\p{Nd}/u;

/** Decimal digits of all scripts as `0` to `9`. */
export function asciiDigits(text: string): string {
  return notAscii.test(text) ? text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit))) : text;
}

/** Digits of a script stand together, ten by ten, from zero on. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0)!;
  let first = code;
  while (decimalDigit.test(String.fromCodePoint(first - 1))) first--;
  return (code - first) % 10;
}
