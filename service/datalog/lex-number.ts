import type { CharStream } from './char-stream.ts';
import { nothingRepeated, noViableCharacter } from './lex-errors.ts';
import { type Terminal, terminal } from './token.ts';

/**
 * Numbers (reference 2.1). Integers: decimal without leading zeros, zeros only, or 0o, 0x, 0b with digits.
 * Anything that starts like a float commits to one, so `007` and `1e` are errors and not two tokens.
 */

/** Moves over the number at a digit and says which it is. Throws LexError. */
export function lexNumber(chars: CharStream): Terminal {
  const digits = countDigits(chars, 0);
  const afterZeros = countWhile(chars, (code) => code === ZERO, 0);
  const next = chars.codeAt(digits);
  if (next === DOT || isExponentMark(next) || (afterZeros > 0 && afterZeros < digits))
    return lexFloat(chars, digits);
  const isBased = digits === 1 && afterZeros === 1 && lexBased(chars);
  if (!isBased) chars.skip(digits);
  return terminal.integer;
}

/** Moves over the float at `.` and a digit. The caller has decided that it is not an identifier. */
export function lexFractionOnly(chars: CharStream): Terminal {
  return lexFloat(chars, 0);
}

/** At `.` and a digit: `.5` and `.5e3` are floats, `.5a`, `.5e`, `.5e3x` and `.5.` are identifiers. */
export function isFractionOnly(chars: CharStream): boolean {
  const afterDigits = 1 + countDigits(chars, 1);
  const next = chars.codeAt(afterDigits);
  if (!isExponentMark(next)) return !isIdentifierPart(next);
  const afterMark = chars.codeAt(afterDigits + 1);
  if (isSign(afterMark)) return true;
  if (!isDigit(afterMark)) return false;
  return !isIdentifierPart(chars.codeAt(afterDigits + 1 + countDigits(chars, afterDigits + 1)));
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isIdentifierStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === DOT;
}

export function isIdentifierPart(code: number): boolean {
  return isIdentifierStart(code) || isDigit(code);
}

const ZERO = 48;
const DOT = 46;

function lexFloat(chars: CharStream, wholeDigits: number): Terminal {
  const hasPoint = chars.codeAt(wholeDigits) === DOT;
  const mantissa = hasPoint ? wholeDigits + 1 + countDigits(chars, wholeDigits + 1) : wholeDigits;
  const hasExponent = isExponentMark(chars.codeAt(mantissa));
  if (!hasPoint && !hasExponent) throw noViableCharacter(chars, wholeDigits);
  chars.skip(mantissa);
  if (!hasExponent) return terminal.float;
  chars.skip(isSign(chars.codeAt(1)) ? 2 : 1);
  const exponentDigits = countDigits(chars, 0);
  if (exponentDigits === 0) throw nothingRepeated(chars);
  chars.skip(exponentDigits);
  return terminal.float;
}

/** `0` then a base letter: moves over it and its digits. False, without moving, when there is no base letter. */
function lexBased(chars: CharStream): boolean {
  const isBaseDigit = baseDigits(chars.codeAt(1));
  if (isBaseDigit === undefined) return false;
  chars.skip(2);
  const digits = countWhile(chars, isBaseDigit, 0);
  if (digits === 0) throw nothingRepeated(chars);
  chars.skip(digits);
  return true;
}

function baseDigits(letter: number): ((code: number) => boolean) | undefined {
  switch (letter | 0x20) {
    case 0x6f:
      return (code) => code >= 48 && code <= 55;
    case 0x78:
      return (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
    case 0x62:
      return (code) => code === 48 || code === 49;
    default:
      return undefined;
  }
}

function isExponentMark(code: number): boolean {
  return code === 69 || code === 101;
}

function isSign(code: number): boolean {
  return code === 43 || code === 45;
}

function countDigits(chars: CharStream, from: number): number {
  return countWhile(chars, isDigit, from);
}

function countWhile(chars: CharStream, accepts: (code: number) => boolean, from: number): number {
  let count = 0;
  while (accepts(chars.codeAt(from + count))) count += 1;
  return count;
}
