import { admit } from '../datalog/admission/admit.ts';
import { hintFor } from '../datalog/hints.ts';
import { printStatement } from '../datalog/printer.ts';
import { SyntaxProblem } from '../datalog/problems.ts';
import { parseProgram } from '../datalog/program-text.ts';
import { problemsOf, refusalCode } from '../datalog/text-problems.ts';
import type { Statement } from '../datalog/tree.ts';
import type { Catalog } from './catalog.ts';
import { EmptyRule, MultipleRules } from './problems.ts';

/** One thing that keeps rules from being inserted. */
export interface RuleFinding {
  /** Position among the texts; null when it is the texts together, for example a cycle. */
  readonly rule: number | null;
  /** Of the Problem that an insertion would end with. */
  readonly code: string;
  readonly message: string;
  /** From 1; null when the message concerns a whole text, or all of them. */
  readonly line: number | null;
  /** From 0, in code points. */
  readonly column: number | null;
  /** What to do about it. */
  readonly hint: string | null;
}

/**
 * Everything that would keep these texts from becoming rules of the policy, each text by itself and all of them
 * together; empty when they would be inserted. Nothing is changed. `policyName` is a policy that is there.
 */
export function validateRules(
  catalog: Catalog,
  policyName: string,
  texts: readonly string[],
): readonly RuleFinding[] {
  const context = catalog.admissionContext();
  const findings: RuleFinding[] = [];
  const sound: Statement[] = [];
  for (const [rule, text] of texts.entries()) {
    const problems = problemsOf(text, { policy: policyName, context });
    const { statement, found } = statementIn(text, rule);
    findings.push(...found, ...problems.map((problem) => ({ rule, ...problem })));
    if (statement !== null && problems.length === 0) sound.push(statement);
  }
  return sound.length < 2 ? findings : [...findings, ...together(sound, policyName, catalog)];
}

/** What is wrong with rules that are right one by one. */
function together(sound: readonly Statement[], policy: string, catalog: Catalog): readonly RuleFinding[] {
  const result = admit({ policy, statements: sound }, catalog.admissionContext());
  if (result.kind === 'admitted') return [];
  const code = refusalCode(result);
  const circle = code === 'rules-recursive' ? `: ${result.cycle?.join(' -> ')}` : '';
  return result.errors.map((error) => {
    return { rule: null, code, message: error + circle, line: null, column: null, hint: hintFor(error) };
  });
}

interface Parsed {
  /** The one statement of the text, if there is exactly one. */
  readonly statement: Statement | null;
  readonly found: readonly RuleFinding[];
}

function statementIn(text: string, rule: number): Parsed {
  const statements = statementsIn(text);
  const [statement = null] = statements ?? [];
  if (statements === null || statements.length === 1) return { statement, found: [] };
  const problem = statement === null ? new EmptyRule() : new MultipleRules(statements.map(printStatement));
  const { code, message } = problem;
  return { statement: null, found: [{ rule, code, message, line: null, column: null, hint: null }] };
}

function statementsIn(text: string): readonly Statement[] | null {
  try {
    return parseProgram(text);
  } catch (problem) {
    if (!(problem instanceof SyntaxProblem)) throw problem;
    return null;
  }
}
