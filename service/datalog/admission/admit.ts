import { assert } from '../../base/assert.ts';
import { bodyLiteralsMax } from '../../base/limits.ts';
import { dependenciesOf } from '../dependency-graph.ts';
import { statementKey } from '../identity.ts';
import { printStatement } from '../printer.ts';
import type { Formula, Statement } from '../tree.ts';
import type { AdmissionContext } from './admission-context.ts';
import { orderBody } from './body-order.ts';
import { eliminateColumns } from './column-elimination.ts';
import { arityErrors, checkStatement } from './statement-checks.ts';

export interface AdmissionRequest {
  /** Name of the policy that gets the statements; it exists. */
  readonly policy: string;
  readonly statements: readonly Statement[];
  /** What to do with a statement that needs a schema nobody knows: refuse it (default) or set it aside. */
  readonly incompleteSchema?: 'refuse' | 'park';
}

/** One statement that becomes part of the policy. */
interface Admitted {
  /** Position in the request. */
  readonly index: number;
  /** What is stored and evaluated: no column references, no missing arguments, body in safe order. */
  readonly formula: Formula;
}

export type AdmissionResult =
  | {
      readonly kind: 'admitted';
      /** In order; a statement that the policy has already, or that comes again, is left out. */
      readonly admitted: readonly Admitted[];
      /** Positions of statements set aside. */
      readonly parked: readonly number[];
    }
  | {
      readonly kind: 'refused';
      /** Wire texts (reference 2.5 to 2.10), all of the step that failed. */
      readonly errors: readonly string[];
      /** When the reason is recursion: tables in order of dependence, the first again at the end. */
      readonly cycle: readonly string[] | null;
      /** All tables of the cycle may be recursive, but a negation or an aggregate lies between them. */
      readonly isUnstratified?: true;
    };

/**
 * Decides whether the statements may enter the policy, all or none, and in which form (reference 2.4 to 2.10).
 * Steps, each for all statements before the next: columns and arities; leave out what is there; checks of the
 * policy's kind; recursion over all policies. Only reads. Throws nothing but bugs.
 */
export function admit(request: AdmissionRequest, context: AdmissionContext): AdmissionResult {
  const kind = context.policyKind(request.policy);
  assert(kind !== undefined, 'statements are admitted to a policy that is there');
  const prepared = prepare(request, context);
  if (prepared.errors.length > 0) return refused(prepared.errors);

  const fresh = prepared.candidates.filter(({ formula }) => !context.holds(request.policy, formula));
  const checked = fresh.map(({ index, formula }) => ({ index, ...checkStatement(formula, kind) }));
  const errors = checked.flatMap((statement) => statement.errors);
  if (errors.length > 0) return refused(errors);

  const cycle = context.dependencies.findCycle({
    added: checked.flatMap(({ formula }) => dependenciesOf(request.policy, formula)),
    mayRecur: (policy) => context.mayRecur(policy),
  });
  if (cycle !== undefined) return recursive(cycle, context);
  return ordered(withoutRepeats(checked), prepared.parked);
}

interface Prepared {
  readonly candidates: Admitted[];
  readonly parked: number[];
  readonly errors: string[];
}

function prepare(
  { policy, statements, incompleteSchema }: AdmissionRequest,
  context: AdmissionContext,
): Prepared {
  const prepared: Prepared = { candidates: [], parked: [], errors: [] };
  for (const [index, statement] of statements.entries()) {
    const problem = shapeProblem(statement);
    if (problem !== undefined || statement.kind === 'event') {
      prepared.errors.push(problem ?? `Non-formula found: ${printStatement(statement)}`);
      continue;
    }
    const eliminated = eliminateColumns(statement, policy, context);
    if (eliminated.kind === 'formula') {
      prepared.errors.push(...arityErrors(eliminated.formula, policy, context));
      prepared.candidates.push({ index, formula: eliminated.formula });
    } else if (eliminated.kind === 'incomplete' && incompleteSchema === 'park') {
      prepared.parked.push(index);
    } else {
      prepared.errors.push(eliminated.message);
    }
  }
  return prepared;
}

function shapeProblem(statement: Statement): string | undefined {
  if (statement.kind !== 'rule' || statement.body.length <= bodyLiteralsMax) return undefined;
  return `rule has ${statement.body.length} body literals; at most ${bodyLiteralsMax} are allowed`;
}

function withoutRepeats(statements: readonly Admitted[]): readonly Admitted[] {
  const keys = new Set<string>();
  return statements.filter(({ formula }) => {
    const key = statementKey(formula);
    return !keys.has(key) && keys.add(key);
  });
}

/** Action policies check the order of bodies last; for the others it stands already. */
function ordered(checked: readonly Admitted[], parked: readonly number[]): AdmissionResult {
  const admitted: Admitted[] = [];
  const errors: string[] = [];
  for (const { index, formula } of checked) {
    const order = formula.kind === 'rule' ? orderBody(formula) : undefined;
    if (order?.kind === 'unsafe') errors.push(order.message);
    else admitted.push({ index, formula: order?.rule ?? formula });
  }
  return errors.length > 0 ? refused(errors) : { kind: 'admitted', admitted, parked };
}

function refused(errors: readonly string[]): AdmissionResult {
  return { kind: 'refused', errors, cycle: null };
}

function recursive(cycle: readonly string[], context: AdmissionContext): AdmissionResult {
  const isUnstratified = cycle.every((table) => context.mayRecur(table.slice(0, table.indexOf(':'))));
  const error = isUnstratified
    ? `Rules are recursive through a negation or an aggregate: ${cycle.join(' -> ')}`
    : 'Rules are recursive';
  return { kind: 'refused', errors: [error], cycle, ...(isUnstratified ? { isUnstratified } : {}) };
}
