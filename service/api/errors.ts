import type { Json } from '../base/json.ts';
import { Problem, type ProblemKind } from '../base/problem.ts';
import { InvalidDriverConfig } from '../datasources/problems.ts';
import { RuleNotFound } from '../policy/problems.ts';
import { type Answer, errorAnswer } from './answer.ts';
import { type CongressError, congressErrors, reasonPhrases } from './congress-errors.ts';
import { WireError } from './problems.ts';

/** Kind -> HTTP status where the table below says nothing (STYLE 21). */
const statusOfKind: Readonly<Record<ProblemKind, number>> = {
  invalid: 400,
  'not-found': 404,
  conflict: 409,
  unavailable: 503,
  exhausted: 413,
  denied: 403,
};

/**
 * How the problems of other modules look on the wire, by their code (reference 1.3-1.8, 1.13).
 * - `named`: description of the symbolic error, `::`, detail;
 * - `raw`: the text alone;
 * - `phrase`: reason phrase, `::`, detail.
 */
type Wire =
  | { readonly form: 'named'; readonly error: CongressError }
  | { readonly form: 'raw'; readonly status: number }
  | { readonly form: 'phrase'; readonly status: number };

const named = (error: CongressError): Wire => ({ form: 'named', error });
const raw = (status: number): Wire => ({ form: 'raw', status });
const phrase = (status: number): Wire => ({ form: 'phrase', status });

const wireOfCode: Readonly<Record<string, Wire>> = {
  'lex-failure': named(congressErrors.ruleSyntax),
  'parse-failure': named(congressErrors.ruleSyntax),
  'compiler-errors': named(congressErrors.ruleSyntax),
  'empty-rule': named(congressErrors.ruleSyntax),
  'rule-refused': named(congressErrors.ruleSyntax),
  'rules-recursive': named(congressErrors.ruleSyntax),
  'rules-unstratified': named(congressErrors.ruleSyntax),
  'multiple-rules': named(congressErrors.multipleRules),
  'simulation-refused': named(congressErrors.simulateError),
  'rule-already-exists': named(congressErrors.ruleAlreadyExists),
  'rule-not-found': named(congressErrors.unknown),
  'rules-not-permitted': named(congressErrors.ruleNotPermitted),
  'policy-of-rule-not-found': named(congressErrors.policyNotExist),
  'policy-name-taken': raw(409),
  'policy-name-of-data-source': raw(409),
  'policy-not-found': raw(404),
  'system-policy-undeletable': raw(404),
  'library-policy-not-found': raw(404),
  'data-source-not-found': raw(404),
  'data-source-name-taken': raw(409),
  'invalid-data-source-name': raw(400),
  'invalid-rows': raw(400),
  'unknown-arity': phrase(500),
  // Asking again does not help: the query or the rule has to change.
  'engine-limit-exceeded': phrase(400),
  'idempotency-key-reused': phrase(422),
  'history-trimmed': phrase(410),
  'not-authenticated': phrase(401),
  'too-many-requests': phrase(429),
};

/** Messages of problems that would show the inside of the service (STYLE 21). */
const publicMessages: Readonly<Record<string, string>> = {
  'idempotency-key-reused': 'the Idempotency-Key was used for a request with another body',
  'store-unavailable': 'the shared database does not answer',
  'unknown-outcome': 'the shared database did not say whether the write was made',
  'row-chunks-missing': 'the rows of this table are not there at the moment',
  'detached-rules-missing': 'the rules of this policy are not there at the moment',
  'table-missing': 'the shared database is not set up',
};

/** The answer to a failed request. Null for what is no Problem: a bug, to be logged and answered bare. */
export function answerToProblem(problem: unknown): Answer | null {
  if (!(problem instanceof Problem)) return null;
  if (problem instanceof WireError) {
    const { message, status, errorCode, errorData } = problem;
    return errorAnswer(status, { message, error_code: errorCode, error_data: errorData });
  }
  const wire = wireOfCode[problem.code] ?? phrase(statusOfKind[problem.kind]);
  const detail = publicMessages[problem.code] ?? problem.message;
  const data = errorData(problem);
  if (wire.form === 'named') {
    const { status, number, description } = wire.error;
    return errorAnswer(status, {
      message: `${description}::${detail}`,
      error_code: number,
      error_data: data,
    });
  }
  const { status } = wire;
  const message = wire.form === 'raw' ? detail : `${reasonPhrases[status] ?? 'Error'}::${detail}`;
  const headers = status === 503 || status === 429 ? { 'Retry-After': retryAfterSeconds(problem) } : {};
  return errorAnswer(status, { message, error_code: status, error_data: data }, headers);
}

/** The answer to a bug: nothing of it is shown (reference 1.3, rule 5). */
export function bareFailure(): Answer {
  return errorAnswer(500, { message: 'Internal server error', error_code: 500, error_data: null });
}

/** Route missing (reference 1.3, rule 7). */
export function routeMissing(): Answer {
  return errorAnswer(404, { message: 'The resource could not be found.', error_code: 404, error_data: null });
}

/** Method missing (reference 1.3, rule 7). */
export function methodMissing(): Answer {
  return errorAnswer(501, { message: 'Method not supported', error_code: 501, error_data: null });
}

/** A handler found nothing (reference 1.3, rule 6). */
export function nothingFound(): Answer {
  return errorAnswer(404, { message: 'Not found', error_code: 404, error_data: null });
}

/** A Congress error without detail text. */
export function plainCongressError(error: CongressError): WireError {
  return new WireError(error.description, { status: error.status, errorCode: error.number });
}

function errorData(problem: Problem): Json {
  if (problem instanceof RuleNotFound) return `ID: ${problem.ruleId}, policy_name: ${problem.policyName}`;
  if (problem instanceof InvalidDriverConfig) return problem.problems;
  return null;
}

function retryAfterSeconds(problem: Problem): string {
  const afterMs =
    'retryAfterMs' in problem && typeof problem.retryAfterMs === 'number' ? problem.retryAfterMs : 1_000;
  return String(Math.max(1, Math.ceil(afterMs / 1_000)));
}
