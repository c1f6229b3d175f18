import { parse } from './parser.ts';
import { SyntaxProblem } from './problems.ts';
import type { Statement } from './tree.ts';

/**
 * Parses a text of this service: the language of Congress, and where Congress refuses a text, the same with our
 * additions (docs/DATALOG.md): aggregates in heads, negative numbers, `?`. So no text that Congress accepts means
 * anything else here. A text that is in neither throws the SyntaxProblem of {@link parse}, in the words of Congress.
 */
export function parseProgram(text: string): readonly Statement[] {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return parseAdditions(text) ?? refuse(error);
  }
}

function parseAdditions(text: string): readonly Statement[] | undefined {
  try {
    return parse(text, 'extended');
  } catch (error) {
    if (error instanceof SyntaxProblem) return undefined;
    throw error;
  }
}

function refuse(problem: SyntaxProblem): never {
  throw problem;
}
