import { type CharStream, endOfText } from './char-stream.ts';
import { findingAt, type SyntaxFinding } from './problems.ts';
import { pythonRepr } from './python-text.ts';

/**
 * Thrown inside the lexer only; not an Error, because a hostile text causes many and a stack trace is costly. The recovery rules are those of an ANTLR 3 lexer: after a failed match one
 * character is dropped; when no alternative was viable one character is dropped too; a repetition that matched
 * nothing drops nothing. `dropsOne` says whether the token loop still has to do it.
 */
export class LexError {
  readonly finding: SyntaxFinding;
  readonly dropsOne: boolean;

  constructor(finding: SyntaxFinding, dropsOne: boolean) {
    this.finding = finding;
    this.dropsOne = dropsOne;
  }
}

/** No alternative fits; seen `ahead` characters after the read position, where the decision got stuck. */
export function noViableCharacter(chars: CharStream, ahead = 0): LexError {
  const text = `no viable alternative at character ${display(chars.codeAt(ahead))}`;
  return new LexError(findingAt({ line: chars.line, column: chars.column + ahead }, text), true);
}

/** A repetition that needs one element found none. */
export function nothingRepeated(chars: CharStream): LexError {
  const text = `required (...)+ loop did not match anything at character ${display(chars.codeAt(0))}`;
  return new LexError(findingAt(chars, text), false);
}

/** Another character was required. `expecting` is its text, or a pair for a range. Drops the character found. */
export function mismatchedCharacter(
  chars: CharStream,
  expecting: string | readonly [string, string],
): LexError {
  const wanted =
    typeof expecting === 'string'
      ? pythonRepr(expecting)
      : `set ${pythonRepr(expecting[0])}..${pythonRepr(expecting[1])}`;
  const finding = findingAt(chars, `mismatched character ${display(chars.codeAt(0))} expecting ${wanted}`);
  chars.consume();
  return new LexError(finding, false);
}

function display(code: number): string {
  return pythonRepr(code === endOfText ? '<EOF>' : String.fromCodePoint(code));
}
