import type { CharStream } from './char-stream.ts';
import { isDigit, isFractionOnly, lexFractionOnly, lexNumber } from './lex-number.ts';
import { type Terminal, type Token, terminal, terminalSet } from './token.ts';
import { aggregateFunctions } from './tree.ts';

/**
 * The tokens that our additions to the language need (docs/DATALOG.md). They are read only in texts that Congress
 * refuses, and become terminals that its grammar has, so there is one grammar: `?` is an identifier, `-5` an
 * integer, and `count(x, y)` between the parentheses of an atom one identifier.
 */

const QUESTION_MARK = 63;
const MINUS = 45;
const DOT = 46;
const BEFORE_TERM = terminalSet(terminal.leftParenthesis, terminal.comma, terminal.equal);

/** Moves over `?`, or over a negative number where a term may begin; undefined, without moving, for anything else. */
export function lexAddition(chars: CharStream, previous: Token | undefined): Terminal | undefined {
  const code = chars.codeAt(0);
  if (code === QUESTION_MARK) {
    chars.consume();
    return terminal.identifier;
  }
  if (code !== MINUS || previous === undefined || (BEFORE_TERM & (1 << previous.terminal)) === 0)
    return undefined;
  const next = chars.codeAt(1);
  if (!isDigit(next) && !(next === DOT && isDigit(chars.codeAt(2)))) return undefined;
  chars.consume();
  if (isDigit(next)) return lexNumber(chars);
  return isFractionOnly(chars) ? lexFractionOnly(chars) : terminal.sign;
}

/** Aggregates as one token each; anything that only looks like one is left to the parser. */
export function foldAggregates(tokens: readonly Token[]): readonly Token[] {
  const folded: Token[] = [];
  let depth = 0;
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index]!;
    if (token.terminal === terminal.leftParenthesis) depth += 1;
    if (token.terminal === terminal.rightParenthesis) depth -= 1;
    const call = depth > 0 ? aggregateAt(tokens, index) : undefined;
    folded.push(call?.token ?? token);
    index = call?.last ?? index;
  }
  return folded;
}

function aggregateAt(
  tokens: readonly Token[],
  index: number,
): { readonly token: Token; readonly last: number } | undefined {
  const start = tokens[index]!;
  const known = aggregateFunctions.find((name) => name === start.text);
  if (known === undefined || tokens[index + 1]?.terminal !== terminal.leftParenthesis) return undefined;
  const over: string[] = [];
  for (let at = index + 2; isVariable(tokens[at]); at += 2) {
    over.push(tokens[at]!.text);
    const next = tokens[at + 1]?.terminal;
    if (next === terminal.comma) continue;
    if (next !== terminal.rightParenthesis) return undefined;
    const text = `${known}(${over.join(', ')})`;
    return { token: { ...start, text, aggregate: { function: known, over } }, last: at + 1 };
  }
  return undefined;
}

function isVariable(token: Token | undefined): boolean {
  return token?.terminal === terminal.identifier && token.text !== '?';
}
