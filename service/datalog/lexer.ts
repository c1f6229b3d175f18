import { syntaxFindingsMax } from '../base/limits.ts';
import { CharStream, endOfText } from './char-stream.ts';
import { foldAggregates, lexAddition } from './extended-tokens.ts';
import { LexError, mismatchedCharacter, noViableCharacter } from './lex-errors.ts';
import {
  isDigit,
  isFractionOnly,
  isIdentifierPart,
  isIdentifierStart,
  lexFractionOnly,
  lexNumber,
} from './lex-number.ts';
import { byteRepertoire, isQuote, lexStringPieces, textRepertoire } from './lex-string.ts';
import type { SyntaxFinding } from './problems.ts';
import { type Dialect, type Terminal, type Token, terminal } from './token.ts';

export interface LexResult {
  /** Without white space and comments; the last one is the end of the text. */
  readonly tokens: readonly Token[];
  readonly findings: readonly SyntaxFinding[];
}

/**
 * Splits a text into tokens (reference 2.1). Never throws: errors are collected and lexing goes on after them
 * as an ANTLR 3 lexer does, because which further errors are reported is part of the wire text.
 */
export function lex(text: string, dialect: Dialect): LexResult {
  const chars = new CharStream(text);
  const tokens: Token[] = [];
  const findings: SyntaxFinding[] = [];
  for (;;) {
    const { line, column, index } = chars;
    if (chars.codeAt(0) === endOfText || findings.length >= syntaxFindingsMax) {
      tokens.push({ terminal: terminal.endOfText, text: '<EOF>', line, column });
      return { tokens: dialect === 'extended' ? foldAggregates(tokens) : tokens, findings };
    }
    try {
      const addition = dialect === 'extended' ? lexAddition(chars, tokens.at(-1)) : undefined;
      const found = addition ?? lexOne(chars);
      if (found !== undefined) tokens.push({ terminal: found, text: chars.textFrom(index), line, column });
    } catch (error) {
      if (!(error instanceof LexError)) throw error;
      findings.push(error.finding);
      if (error.dropsOne) chars.consume();
    }
  }
}

const HASH = 35;
const STAR = 42;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const COLON = 58;

const PUNCTUATION: ReadonlyMap<number, Terminal> = new Map<number, Terminal>([
  [33, terminal.negation],
  [40, terminal.leftParenthesis],
  [41, terminal.rightParenthesis],
  [43, terminal.sign],
  [44, terminal.comma],
  [MINUS, terminal.sign],
  [59, terminal.semicolon],
  [61, terminal.equal],
  [91, terminal.leftBracket],
  [93, terminal.rightBracket],
]);

const KEYWORDS: ReadonlyMap<string, Terminal> = new Map<string, Terminal>([
  ['not', terminal.negation],
  ['NOT', terminal.negation],
  ['execute', terminal.execute],
  ['insert', terminal.insert],
  ['delete', terminal.delete],
]);

const TEXT_PREFIX = /^[rRuU]$/;
const BYTE_PREFIX = /^(?:[bB][rR]?|[rR][bB])$/;

/** Moves over one token, comment or white space; undefined for the latter two. Throws LexError. */
function lexOne(chars: CharStream): Terminal | undefined {
  const code = chars.codeAt(0);
  if (isWhiteSpace(code)) return void chars.consume();
  if (isIdentifierStart(code) && code !== DOT) return lexWord(chars);
  const punctuation = PUNCTUATION.get(code);
  if (punctuation !== undefined) {
    chars.consume();
    return punctuation;
  }
  if (isDigit(code)) return lexNumber(chars);
  if (isQuote(code)) return lexString(chars, false);
  if (code === COLON) return lexColon(chars);
  if (code === DOT) return lexDot(chars);
  if (code === HASH || code === SLASH) return lexComment(chars);
  throw noViableCharacter(chars);
}

function lexWord(chars: CharStream): Terminal {
  const start = chars.index;
  let length = 1;
  while (isIdentifierPart(chars.codeAt(length))) length += 1;
  const isPrefixed = length <= 2 && isQuote(chars.codeAt(length));
  chars.skip(length);
  const word = chars.textFrom(start);
  if (isPrefixed && TEXT_PREFIX.test(word)) return lexString(chars, false);
  if (isPrefixed && BYTE_PREFIX.test(word)) return lexString(chars, true);
  return KEYWORDS.get(word) ?? terminal.identifier;
}

function lexString(chars: CharStream, isBytes: boolean): Terminal {
  lexStringPieces(chars, isBytes ? byteRepertoire : textRepertoire);
  return terminal.string;
}

function lexColon(chars: CharStream): Terminal {
  const isRule = chars.codeAt(1) === MINUS;
  chars.skip(isRule ? 2 : 1);
  return isRule ? terminal.colonMinus : terminal.colon;
}

function lexDot(chars: CharStream): Terminal {
  const next = chars.codeAt(1);
  if (isDigit(next) && isFractionOnly(chars)) return lexFractionOnly(chars);
  if (isIdentifierPart(next)) return lexWord(chars);
  chars.consume();
  return terminal.dot;
}

/** A comment to the end of its line needs that line feed; a block comment does not nest. */
function lexComment(chars: CharStream): undefined {
  if (chars.codeAt(0) === SLASH) {
    if (chars.codeAt(1) === STAR) return lexBlockComment(chars);
    if (chars.codeAt(1) !== SLASH) throw noViableCharacter(chars);
    chars.consume();
  }
  chars.consume();
  while (isCommentPart(chars.codeAt(0))) chars.consume();
  if (chars.codeAt(0) === 13) chars.consume();
  matchCharacter(chars, '\n');
}

function lexBlockComment(chars: CharStream): undefined {
  chars.skip(2);
  for (;;) {
    const code = chars.codeAt(0);
    const decides = code === STAR ? chars.codeAt(1) : code;
    const isClosing = code === STAR && decides === SLASH;
    if (isClosing || decides === endOfText || decides > 0xffff) break;
    chars.consume();
  }
  matchCharacter(chars, '*');
  matchCharacter(chars, '/');
}

function matchCharacter(chars: CharStream, wanted: string): void {
  if (chars.codeAt(0) !== wanted.codePointAt(0)) throw mismatchedCharacter(chars, wanted);
  chars.consume();
}

function isCommentPart(code: number): boolean {
  return code >= 0 && code <= 0xffff && code !== 10 && code !== 13;
}

function isWhiteSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13;
}
