import { types } from 'node:util';
import { assert } from '../../base/assert.ts';
import { Problem } from '../../base/problem.ts';
import { StoreUnavailable, type StoreUnavailableReason, TableMissing } from '../problems.ts';
import { RequestAbandoned, RequestTimedOut } from './request-sender.ts';

const { isNativeError } = types;

/**
 * What a failed request means:
 * - `not-done`: it never reached DynamoDB, or DynamoDB refused it; nothing was changed.
 * - `unanswered`: it may or may not have been carried out.
 * - `cancelled`: a transaction was cancelled, with one reason per item (`None` where all was well).
 * - `in-progress`: a transaction with the same token is under way.
 */
export type Failure =
  | { readonly kind: 'not-done'; readonly reason: StoreUnavailableReason; readonly cause: unknown }
  | { readonly kind: 'unanswered'; readonly reason: StoreUnavailableReason; readonly cause: unknown }
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[]; readonly cause: unknown }
  | { readonly kind: 'in-progress'; readonly cause: unknown };

/** Why one item of a transaction failed, with the item as it is where that was asked for. */
export interface CancellationReason {
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly Item?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Classifies what sending a request rejected with. Throws everything that is no failure of DynamoDB or of the
 * way to it: Problems and bugs.
 * Source: Amazon DynamoDB Developer Guide, "Error handling with DynamoDB"; API Reference, TransactWriteItems.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof Problem || !isNativeError(error)) throw error;
  if (error instanceof RequestTimedOut) return { kind: 'unanswered', reason: 'timeout', cause: error };
  if (error instanceof RequestAbandoned) return { kind: 'unanswered', reason: 'aborted', cause: error.cause };
  return answeredFailure(error) ?? networkFailure(error);
}

/** The StoreUnavailable of a failed read or retry-safe write of `table`. Throws what `failureOf` throws. */
export function unavailable(error: unknown, table: string): StoreUnavailable {
  const failure = failureOf(error);
  assert(failure.kind !== 'in-progress', 'only commits have a token');
  const { cause } = failure;
  const reason = failure.kind === 'cancelled' ? reasonOfCancelledRead(failure.reasons) : failure.reason;
  if (reason === 'table-missing') {
    const problem = new TableMissing(table, { cause });
    return new StoreUnavailable(problem.message, { reason, cause: problem });
  }
  return new StoreUnavailable(`DynamoDB table \`${table}\`: ${describe(reason, cause)}`, { reason, cause });
}

/** A transaction that only reads is cancelled by others (looked at before), for lack of capacity, or by mistake. */
function reasonOfCancelledRead(reasons: readonly CancellationReason[]): StoreUnavailableReason {
  const passing = reasons.every(({ Code = 'None' }) => Code !== 'ValidationError');
  return passing ? 'throttled' : 'misconfigured';
}

/** A sentence for people and logs. */
export function describe(reason: StoreUnavailableReason, cause: unknown): string {
  return isNativeError(cause) ? `${reason} (${cause.name}: ${cause.message})` : reason;
}

function answeredFailure(error: Error): Failure | null {
  const { name } = error;
  if (name === 'TransactionCanceledException')
    return { kind: 'cancelled', reasons: reasonsOf(error), cause: error };
  if (name === 'TransactionInProgressException') return { kind: 'in-progress', cause: error };
  assert(name !== 'IdempotentParameterMismatchException', 'a commit id stands for one content');
  const reason = refusals.get(name);
  if (reason !== undefined) return { kind: 'not-done', reason, cause: error };
  const status =
    (error as ServiceError).$metadata?.httpStatusCode ?? (error as ServiceError).$response?.statusCode;
  if (status === undefined) return null;
  if (status >= 500 || status < 400) return { kind: 'unanswered', reason: 'server-error', cause: error };
  return { kind: 'not-done', reason: 'misconfigured', cause: error };
}

/** DynamoDB looked at the request and did not carry it out. */
const refusals: ReadonlyMap<string, StoreUnavailableReason> = new Map([
  ['ProvisionedThroughputExceededException', 'throttled'],
  ['ThrottlingException', 'throttled'],
  ['RequestLimitExceeded', 'throttled'],
  ['LimitExceededException', 'throttled'],
  // A plain write beside a transaction on the same item: it may be made in a moment.
  ['TransactionConflictException', 'throttled'],
  ['ReplicatedWriteConflictException', 'throttled'],
  ['AccessDeniedException', 'access-denied'],
  ['UnrecognizedClientException', 'access-denied'],
  ['IncompleteSignatureException', 'access-denied'],
  ['InvalidSignatureException', 'access-denied'],
  ['MissingAuthenticationTokenException', 'access-denied'],
  ['ExpiredTokenException', 'access-denied'],
  ['CredentialsProviderError', 'access-denied'],
  ['ResourceNotFoundException', 'table-missing'],
  ['ValidationException', 'misconfigured'],
]);

/** Anything with a system error code, or that came out of the HTTP layer without one; bugs are thrown on. */
function networkFailure(error: Error): Failure {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // The SDK wraps what is no Error of its own realm, and keeps of it no more than the text.
  const wrapped = error.message.startsWith('AWS SDK error wrapper for ');
  const timedOut = error.name === 'TimeoutError';
  const text = `${code ?? ''} ${wrapped || timedOut ? error.message : ''}`;
  if (syscall === 'connect' || syscall === 'getaddrinfo' || neverConnected.test(text)) {
    return { kind: 'not-done', reason: 'unreachable', cause: error };
  }
  if (timedOut) return { kind: 'unanswered', reason: 'timeout', cause: error };
  if (code !== undefined || wrapped) return { kind: 'unanswered', reason: 'unreachable', cause: error };
  throw error;
}

/** Only ever of a connection that did not come about: nothing was sent. */
const neverConnected = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|did not establish a connection)\b/;

interface ServiceError {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number };
}

function reasonsOf(error: Error): readonly CancellationReason[] {
  return (
    (error as { readonly CancellationReasons?: readonly CancellationReason[] }).CancellationReasons ?? []
  );
}
