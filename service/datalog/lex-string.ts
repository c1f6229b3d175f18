import type { CharStream } from './char-stream.ts';
import { mismatchedCharacter, noViableCharacter } from './lex-errors.ts';

/**
 * String literals (reference 2.1). Quoted pieces without white space between them are one token. A piece is
 * single-line, or opened by three quotes; a three-quote piece is closed only by the last three quotes of the
 * text, because the grammar prefers to go on whenever any character follows. Kept, with its error texts.
 */

/** What may stand in a piece: `codeMax` is the largest code point. */
export interface Repertoire {
  readonly codeMax: number;
}

/** Ordinary strings stop at the Basic Multilingual Plane, except after a backslash. */
export const textRepertoire: Repertoire = { codeMax: 0xffff };
/** Strings with a byte prefix are ASCII, after a backslash too; with three quotes they know no backslash. */
export const byteRepertoire: Repertoire = { codeMax: 0x7f };

/** Moves over `"..." '...' ...` at the read position: one piece or more. Throws LexError. */
export function lexStringPieces(chars: CharStream, repertoire: Repertoire): void {
  do lexPiece(chars, repertoire);
  while (isQuote(chars.codeAt(0)));
}

export function isQuote(code: number): boolean {
  return code === DOUBLE_QUOTE || code === SINGLE_QUOTE;
}

const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const BACKSLASH = 92;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

function lexPiece(chars: CharStream, repertoire: Repertoire): void {
  const quote = chars.codeAt(0);
  const isTriple = chars.codeAt(1) === quote && chars.codeAt(2) === quote;
  if (isTriple) lexTriple(chars, repertoire, quote);
  else lexSingle(chars, repertoire, quote);
}

function lexSingle(chars: CharStream, repertoire: Repertoire, quote: number): void {
  const second = chars.codeAt(1);
  if (second !== quote && !isSingleLine(second, repertoire)) throw noViableCharacter(chars);
  chars.consume();
  for (;;) {
    const code = chars.codeAt(0);
    if (code === BACKSLASH) lexEscape(chars, repertoire);
    else if (code !== quote && isSingleLine(code, repertoire)) chars.consume();
    else break;
  }
  matchQuote(chars, quote);
}

function lexTriple(chars: CharStream, repertoire: Repertoire, quote: number): void {
  chars.skip(3);
  for (;;) {
    const code = chars.codeAt(0);
    if (code === BACKSLASH && repertoire === textRepertoire) lexEscape(chars, repertoire);
    else if (code === quote ? goesOn(chars, repertoire, quote) : isInside(code, repertoire)) chars.consume();
    else break;
  }
  for (let i = 0; i < 3; i += 1) matchQuote(chars, quote);
}

/** At a quote inside a three-quote piece: it belongs to the content when a character follows it or its run of three. */
function goesOn(chars: CharStream, repertoire: Repertoire, quote: number): boolean {
  const run = chars.codeAt(1) !== quote ? 1 : chars.codeAt(2) !== quote ? 2 : 3;
  return isAfterQuote(chars.codeAt(run), repertoire);
}

function isAfterQuote(code: number, repertoire: Repertoire): boolean {
  return code >= 0 && code <= repertoire.codeMax && (repertoire === textRepertoire || code !== BACKSLASH);
}

function isInside(code: number, repertoire: Repertoire): boolean {
  return code >= 0 && code <= repertoire.codeMax && code !== BACKSLASH;
}

function isSingleLine(code: number, repertoire: Repertoire): boolean {
  return code >= 0 && code <= repertoire.codeMax && code !== LINE_FEED && code !== CARRIAGE_RETURN;
}

function lexEscape(chars: CharStream, repertoire: Repertoire): void {
  chars.consume();
  const code = chars.codeAt(0);
  if (repertoire === byteRepertoire && (code < 0 || code > repertoire.codeMax))
    throw mismatchedCharacter(chars, ['\u0000', '\u007f']);
  chars.consume();
}

function matchQuote(chars: CharStream, quote: number): void {
  if (chars.codeAt(0) !== quote) throw mismatchedCharacter(chars, String.fromCodePoint(quote));
  chars.consume();
}
