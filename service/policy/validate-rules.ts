import { admit } from '../datalog/admission/admit.ts';
import { parse } from '../datalog/parser.ts';
import { printStatement } from '../datalog/printer.ts';
import { SyntaxProblem } from '../datalog/problems.ts';
import type { Statement } from '../datalog/tree.ts';
import type { Catalog } from './catalog.ts';
import { EmptyRule, MultipleRules, RulesRecursive } from './problems.ts';

/** One thing that keeps rules from being inserted. */
export interface RuleFinding {
  /** Position among the texts; null when it is the texts together, for example a cycle. */
  readonly rule: number | null;
  /** Of the Problem that an insertion would end with. */
  readonly code: string;
  readonly message: string;
  /** From 1; null when the message concerns a whole rule. */
  readonly line: number | null;
  /** From 0, in code points. */
  readonly column: number | null;
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
    const { statement, found } = statementIn(text, rule);
    findings.push(...found);
    if (statement === null) continue;
    const result = admit({ policy: policyName, statements: [statement] }, context);
    if (result.kind === 'admitted') sound.push(statement);
    else if (result.cycle !== null) findings.push(cyclic(rule, result.cycle));
    else findings.push(...result.errors.map((message) => finding(rule, { code: 'rule-refused', message })));
  }
  if (sound.length < 2) return findings;
  const together = admit({ policy: policyName, statements: sound }, context);
  if (together.kind === 'admitted') return findings;
  if (together.cycle !== null) return [...findings, cyclic(null, together.cycle)];
  return [...findings, ...together.errors.map((message) => finding(null, { code: 'rule-refused', message }))];
}

interface Parsed {
  readonly statement: Statement | null;
  readonly found: readonly RuleFinding[];
}

function statementIn(text: string, rule: number): Parsed {
  try {
    const statements = parse(text);
    const [statement = null] = statements;
    if (statement === null) return { statement, found: [finding(rule, new EmptyRule())] };
    if (statements.length === 1) return { statement, found: [] };
    return { statement: null, found: [finding(rule, new MultipleRules(statements.map(printStatement)))] };
  } catch (problem) {
    if (!(problem instanceof SyntaxProblem)) throw problem;
    const found = problem.findings.map(({ line, column, text: message }) => ({
      ...finding(rule, { code: problem.code, message }),
      line,
      column,
    }));
    return { statement: null, found };
  }
}

function cyclic(rule: number | null, cycle: readonly string[]): RuleFinding {
  const { code, message } = new RulesRecursive(cycle);
  return finding(rule, { code, message: `${message}: ${cycle.join(' -> ')}` });
}

function finding(
  rule: number | null,
  problem: { readonly code: string; readonly message: string },
): RuleFinding {
  return { rule, code: problem.code, message: problem.message, line: null, column: null };
}
