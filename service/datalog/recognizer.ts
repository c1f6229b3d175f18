import { syntaxFindingsMax } from '../base/limits.ts';
import { findingAt, type SyntaxFinding } from './problems.ts';
import { pythonRepr } from './python-text.ts';
import { type Terminal, type TerminalSet, type Token, terminal, terminalNames } from './token.ts';

/**
 * The error handling of an ANTLR 3 parser, which decides every parse error text of the v1 API:
 *
 * - A match that fails deletes the current token when the next one fits ("extraneous input"), else supposes the
 *   wanted token when the current one may follow it ("missing ..."), else throws ("mismatched input").
 * - A rule that throws reports, then drops tokens until one that may follow this rule or any rule that called
 *   it. If that is the token of the last recovery, one token is dropped first, so that parsing always advances.
 * - After a report nothing is reported until a token has been matched: follow-up errors stay silent.
 *
 * Costs: linear in the tokens, plus the depth of the grammar per error.
 */
export class Recognizer {
  readonly findings: SyntaxFinding[] = [];
  readonly #tokens: readonly Token[];
  #index = 0;
  /** What may follow each rule being parsed, within the rule that called it; outermost first. */
  readonly #following: TerminalSet[] = [];
  #isRecovering = false;
  #lastRecoveryIndex = -1;

  /** `tokens` ends with the end of the text. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get index(): number {
    return this.#index;
  }

  get current(): Token {
    return this.tokenAt(this.#index);
  }

  /** The token at an absolute index; beyond the end, the end of the text. */
  tokenAt(index: number): Token {
    const token = this.#tokens[Math.min(index, this.#tokens.length - 1)];
    if (token === undefined) throw new RangeError('a token list ends with the end of the text');
    return token;
  }

  at(set: TerminalSet): boolean {
    return (set & (1 << this.current.terminal)) !== 0;
  }

  /**
   * Parses a rule. `follow` is what may follow it where it is called, null for the start rule. Errors inside
   * are reported and recovered from here; then the result is undefined and parsing goes on after it.
   */
  rule<Result>(follow: TerminalSet | null, body: () => Result): Result | undefined {
    if (follow !== null) this.#following.push(follow);
    try {
      return body();
    } catch (error) {
      if (!(error instanceof RecognitionError)) throw error;
      this.#report(error.token, error.text);
      this.#recover();
      return undefined;
    } finally {
      if (follow !== null) this.#following.pop();
    }
  }

  /** Moves over `wanted` and returns it; undefined when it had to be supposed. `follow` is what may come after it. */
  match(wanted: Terminal, follow: TerminalSet): Token | undefined {
    const token = this.current;
    if (token.terminal === wanted) return this.accept();
    const next = this.tokenAt(this.#index + 1);
    if (next.terminal === wanted) {
      this.#report(token, `extraneous input ${pythonRepr(token.text)} expecting ${terminalNames[wanted]}`);
      this.#advance();
      this.#advance();
      return next;
    }
    const name = terminalNames[wanted];
    if (!this.#mayBeMissing(follow))
      throw new RecognitionError(token, `mismatched input ${pythonRepr(token.text)} expecting ${name}`);
    this.#report(token, `missing ${name} at ${pythonRepr(token.text)}`);
    return undefined;
  }

  /** Moves over the current token whatever it is. */
  accept(): Token {
    const token = this.current;
    this.#advance();
    this.#isRecovering = false;
    return token;
  }

  /** No alternative fits: throws, naming the token at which the decision got stuck. */
  noViableAlternative(token: Token): never {
    throw new RecognitionError(token, `no viable alternative at input ${pythonRepr(token.text)}`);
  }

  #advance(): void {
    if (this.#index < this.#tokens.length - 1) this.#index += 1;
  }

  /** The last report that fits moves to the end of the text: then everything ends. */
  #report(token: Token, text: string): void {
    if (this.#isRecovering) return;
    this.#isRecovering = true;
    this.findings.push(findingAt(token, text));
    if (this.findings.length >= syntaxFindingsMax) this.#index = this.#tokens.length - 1;
  }

  #mayBeMissing(follow: TerminalSet): boolean {
    let viable = follow;
    if (has(follow, terminal.endOfRule)) {
      viable |= this.#followInContext();
      if (this.#following.length > 0) viable &= ~(1 << terminal.endOfRule);
    }
    return has(viable, this.current.terminal) || has(viable, terminal.endOfRule);
  }

  /** What can come next given exactly this chain of calls. */
  #followInContext(): TerminalSet {
    let set = 0;
    for (let depth = this.#following.length - 1; depth >= 0; depth -= 1) {
      const local = this.#following[depth] ?? 0;
      set |= local;
      if (!has(local, terminal.endOfRule)) break;
      if (depth > 0) set &= ~(1 << terminal.endOfRule);
    }
    return set;
  }

  #recover(): void {
    if (this.#lastRecoveryIndex === this.#index) this.#advance();
    this.#lastRecoveryIndex = this.#index;
    const resumeAt = this.#following.reduce((union, set) => union | set, 1 << terminal.endOfText);
    while (!this.at(resumeAt)) this.#advance();
  }
}

/** Not an Error: it never leaves this file and a hostile text causes many, so no stack trace is taken. */
class RecognitionError {
  readonly token: Token;
  readonly text: string;

  constructor(token: Token, text: string) {
    this.token = token;
    this.text = text;
  }
}

function has(set: TerminalSet, member: Terminal): boolean {
  return (set & (1 << member)) !== 0;
}
