import type { AdmissionContext } from './admission/admission-context.ts';
import { type AdmissionResult, admit } from './admission/admit.ts';
import { orderBody } from './admission/body-order.ts';
import { eliminateColumns } from './admission/column-elimination.ts';
import { arityErrors, checkStatement } from './admission/statement-checks.ts';
import { dependenciesOf } from './dependency-graph.ts';
import { hintFor } from './hints.ts';
import { type ParsedText, parseWithPlaces, syntaxFindings } from './parser.ts';
import { printLiteral, printStatement } from './printer.ts';
import { type SyntaxFinding, SyntaxProblem, type SyntaxProblemCode } from './problems.ts';
import type { Dialect } from './token.ts';
import type { Formula, Literal, Statement } from './tree.ts';

/** One thing that is wrong with a text, where, and what to do. */
export interface TextProblem {
  /** Of the Problem that an insertion would end with. */
  readonly code: SyntaxProblemCode | 'rule-refused' | 'rules-recursive' | 'rules-unstratified';
  /** In the words of Congress where it has some. */
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 0, in code points: as in messages. */
  readonly column: number;
  readonly hint: string;
}

/**
 * Everything that keeps the statements of a text out of a policy, which the context knows, in order of place; empty
 * when they may enter. A text outside of the language has all its problems of spelling, one within it all its problems
 * of meaning. Recursion is looked at last, when nothing else is wrong. Throws nothing but bugs.
 */
export function problemsOf(
  text: string,
  { policy, context }: { readonly policy: string; readonly context: AdmissionContext },
): readonly TextProblem[] {
  const parsed = parsedIn(text, 'congress') ?? parsedIn(text, 'extended');
  if (parsed === undefined) return spellingProblems(text).sort(byPlace);
  const meaning = new Meaning(parsed, policy, context);
  const found = parsed.statements.flatMap((statement) => meaning.problemsOf(statement));
  return (found.length > 0 ? found : meaning.problemsTogether()).sort(byPlace);
}

function byPlace(left: TextProblem, right: TextProblem): number {
  return left.line - right.line || left.column - right.column;
}

function parsedIn(text: string, dialect: Dialect): ParsedText | undefined {
  try {
    return parseWithPlaces(text, dialect);
  } catch (error) {
    if (error instanceof SyntaxProblem) return undefined;
    throw error;
  }
}

/** Of the grammar in which the text gets further before the first problem. */
function spellingProblems(text: string): TextProblem[] {
  const lines = text.split('\n');
  const code = codeOf(text);
  const told = ({ text: message, near: { line, column } }: SyntaxFinding): TextProblem => {
    const before = [...(lines[line - 1] ?? '')].slice(0, column).join('');
    return { code, message, line, column, hint: hintFor(message, before) };
  };
  const plain = syntaxFindings(text, 'congress').map(told);
  const extended = syntaxFindings(text, 'extended').map(told);
  const [first] = [...plain].sort(byPlace);
  const [firstExtended] = [...extended].sort(byPlace);
  const isFurther = first && firstExtended && byPlace(first, firstExtended) <= 0;
  return isFurther ? extended : plain;
}

/** How {@link parseWithPlaces} calls what it refuses a text for. */
function codeOf(text: string): SyntaxProblemCode {
  try {
    parseWithPlaces(text, 'congress');
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.code;
    throw error;
  }
  return 'parse-failure';
}

/** What is wrong with statements that are in the language. */
class Meaning {
  readonly #parsed: ParsedText;
  readonly #policy: string;
  readonly #context: AdmissionContext;

  constructor(parsed: ParsedText, policy: string, context: AdmissionContext) {
    this.#parsed = parsed;
    this.#policy = policy;
    this.#context = context;
  }

  problemsOf(statement: Statement): readonly TextProblem[] {
    if (statement.kind === 'event')
      return [this.#problem(`Non-formula found: ${printStatement(statement)}`, literalsOf(statement)[0])];
    const columns = literalsOf(statement).flatMap((literal) => this.#problemsOfColumns(literal));
    const eliminated = eliminateColumns(statement, this.#policy, this.#context);
    if (eliminated.kind !== 'formula') return columns;
    return [...columns, ...this.#problemsOfRule(statement, eliminated.formula)];
  }

  /** What only shows when all statements are taken together: recursion, and bounds. */
  problemsTogether(): TextProblem[] {
    const { statements } = this.#parsed;
    const result = admit({ policy: this.#policy, statements }, this.#context);
    if (result.kind === 'admitted') return [];
    const { cycle } = result;
    const closing = statements.find(
      (statement) =>
        statement.kind !== 'event' &&
        dependenciesOf(this.#policy, statement).some(({ head }) => cycle?.includes(head) === true),
    );
    const [literal] = [closing ?? statements[0]].flatMap((statement) => statement && literalsOf(statement));
    const code = refusalCode(result);
    const circle = code === 'rules-recursive' ? `: ${cycle?.join(' -> ')}` : '';
    return result.errors.map((message) => ({ ...this.#problem(message + circle, literal), code }));
  }

  #problemsOfColumns(literal: Literal): readonly TextProblem[] {
    const alone: Formula = { kind: 'rule', heads: [literal], body: [] };
    const eliminated = eliminateColumns(alone, this.#policy, this.#context);
    if (eliminated.kind !== 'formula') return [this.#problem(eliminated.message, literal)];
    const errors = arityErrors(eliminated.formula, this.#policy, this.#context);
    return errors.map((message) => this.#problem(message, literal));
  }

  #problemsOfRule(statement: Formula, formula: Formula): readonly TextProblem[] {
    const kind = this.#context.policyKind(this.#policy) ?? 'nonrecursive';
    const { errors } = checkStatement(formula, kind);
    const order = kind === 'action' && formula.kind === 'rule' ? orderBody(formula) : undefined;
    const all = order?.kind === 'unsafe' ? [...errors, order.message] : errors;
    return all.map((message) => this.#problem(message, concerned(message, statement, formula)));
  }

  #problem(message: string, literal: Literal | undefined): TextProblem {
    const place = literal && this.#parsed.places.get(literal.atom);
    const { line, column } = place ?? { line: 1, column: 0 };
    return { code: 'rule-refused', message, line, column, hint: hintFor(message) };
  }
}

/** Of the Problem that policy/new-rules.ts makes of a refusal. */
export function refusalCode({ cycle, isUnstratified }: Refusal): TextProblem['code'] {
  if (cycle === null) return 'rule-refused';
  return isUnstratified === true ? 'rules-unstratified' : 'rules-recursive';
}

type Refusal = Pick<Extract<AdmissionResult, { readonly kind: 'refused' }>, 'cycle' | 'isUnstratified'>;

function literalsOf(statement: Statement): readonly Literal[] {
  if (statement.kind === 'event') return literalsOf(statement.formula);
  if (statement.kind === 'fact') return [{ negated: false, atom: statement.atom }];
  return [...statement.heads, ...statement.body];
}

/** The literal that a message names, as written; else the first one. */
function concerned(message: string, statement: Formula, formula: Formula): Literal | undefined {
  const written = literalsOf(statement);
  const resolved = literalsOf(formula);
  // Before that the whole rule is quoted.
  const named = message.slice(Math.max(0, message.indexOf('Unsafe lits:')));
  if (!/Unsafe lits:|in body literal/.test(named)) return written[0];
  const at = resolved.findIndex((literal, index) => {
    return index >= resolved.length - bodyLength(formula) && named.includes(printLiteral(literal));
  });
  return written[Math.max(0, at)];
}

function bodyLength(formula: Formula): number {
  return formula.kind === 'rule' ? formula.body.length : 0;
}
