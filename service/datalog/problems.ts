import { Problem } from '../base/problem.ts';

/** A place in a text: line from 1, column from 0 in code points. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One finding in a text. */
export interface SyntaxFinding {
  readonly text: string;
  /** Null where the message of Congress tells no place. */
  readonly line: number | null;
  readonly column: number | null;
  /** The place, whether it is told or not. */
  readonly near: Place;
}

/** A finding whose message tells its place. */
export function findingAt({ line, column }: Place, text: string): SyntaxFinding {
  return { text, line, column, near: { line, column } };
}

export type SyntaxProblemCode = 'lex-failure' | 'parse-failure' | 'compiler-errors';

/**
 * A text that is not in the language. `message` is the detail text of Congress, letter for letter (reference
 * 1.6 and 2.1); `findings` holds the same facts one by one, all of them (STYLE 23).
 */
export class SyntaxProblem extends Problem {
  override readonly kind = 'invalid';
  readonly code: SyntaxProblemCode;
  readonly findings: readonly SyntaxFinding[];

  constructor(code: SyntaxProblemCode, message: string, findings: readonly SyntaxFinding[]) {
    super(message);
    this.code = code;
    this.findings = findings;
  }
}

/** A stored formula that cannot be read back: the record was written by something else. */
export class MalformedFormula extends Problem {
  override readonly code = 'malformed-formula';
  override readonly kind = 'invalid';
  readonly path: string;

  constructor(path: string) {
    super(`stored formula is malformed at \`${path}\``);
    this.path = path;
  }
}
