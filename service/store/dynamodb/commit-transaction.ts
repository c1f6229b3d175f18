import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { LeaseCondition } from '../lease-store.ts';
import { StoreUnavailable, UnknownOutcome } from '../problems.ts';
import type { Commit, CommitOutcome, EntityKey, EntityWrite } from '../state-store.ts';
import { type CancellationReason, describe, failureOf } from './failure.ts';
import { type Gzip, poolGzip } from './gzip.ts';
import { entityItem, headKey, leaseKey, recordItem } from './items.ts';

/**
 * One commit as one TransactWriteItems:
 *   1. update the head to N, on condition that it is N-1 (absent for N = 1)
 *   2. put record N, on condition that it is absent
 *   3. the entity writes, at most 97
 *   4. a delete of each claim on condition that it is there and not condemned
 *   5. a check of each lease that it is held under the generation given; 3 to 5 together at most 98
 * The commit id is the ClientRequestToken: for 10 minutes a repetition answers success without doing anything.
 * After that, or where the token has no effect, condition 1 or 2 fails for a repetition; the item that failed
 * it comes back with the answer and carries our own commit id, by which the repetition is recognised.
 */
export async function commitTransaction(
  commit: Commit,
  options: { readonly table: string; readonly recordRetentionMs: number; readonly gzip?: Gzip },
): Promise<TransactWriteCommandInput> {
  const { table, recordRetentionMs, gzip = poolGzip } = options;
  const { record } = commit;
  const recordPut = await recordItem(record, { recordRetentionMs, gzip });
  return {
    ClientRequestToken: record.commitId,
    ReturnConsumedCapacity: 'TOTAL',
    TransactItems: [
      { Update: headUpdate(commit, table) },
      {
        Put: {
          TableName: table,
          Item: recordPut,
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      ...(await Promise.all(commit.writes.map((write) => entityRequest(write, { table, gzip })))),
      ...(commit.claims ?? []).map((key) => claimDelete(key, table)),
      ...(commit.leases ?? []).map((condition) => leaseCheck(condition, table)),
    ],
  };
}

/**
 * What a rejected commit means. Answers `committed` when the store shows that this very commit was made
 * before, `fenced` when a lease or a claim is lost, `conflict` when another condition failed or another transaction was in
 * the way. Throws UnknownOutcome when it may have been made, StoreUnavailable when it certainly was not.
 */
export function outcomeOfRejectedCommit(error: unknown, commit: Commit): CommitOutcome {
  const failure = failureOf(error);
  switch (failure.kind) {
    case 'cancelled':
      return outcomeOfCancellation(failure.reasons, { commit, cause: failure.cause });
    case 'in-progress':
      throw new UnknownOutcome('the same commit is still under way', { cause: failure.cause });
    case 'unanswered':
      throw new UnknownOutcome(`commit: ${describe(failure.reason, failure.cause)}`, {
        cause: failure.cause,
      });
    case 'not-done':
      throw new StoreUnavailable(`commit: ${describe(failure.reason, failure.cause)}`, failure);
  }
}

/** One reason per item, in order; a failed condition outweighs a conflict, a conflict outweighs throttling. */
function outcomeOfCancellation(
  reasons: readonly CancellationReason[],
  options: { readonly commit: Commit; readonly cause: unknown },
): CommitOutcome {
  const { commit, cause } = options;
  const codes = new Set(reasons.map(({ Code }) => Code));
  if (codes.has('ConditionalCheckFailed')) {
    const [head, record] = reasons;
    const ours = [head, record].some((reason) => commitIdOf(reason?.Item) === commit.record.commitId);
    if (ours) return { kind: 'committed' };
    const { leases, claims } = lostConditions(reasons, commit);
    return leases.length + claims.length > 0 ? { kind: 'fenced', leases, claims } : { kind: 'conflict' };
  }
  if (codes.has('TransactionConflict')) return { kind: 'conflict' };
  const throttled = codes.has('ThrottlingError') || codes.has('ProvisionedThroughputExceeded');
  const reason = throttled ? 'throttled' : 'misconfigured';
  throw new StoreUnavailable(`commit cancelled: ${describe(reason, cause)}`, { reason, cause });
}

/** The claims and the checks of the leases come last, in this order. */
function lostConditions(
  reasons: readonly CancellationReason[],
  { claims = [], leases = [] }: Commit,
): { readonly leases: readonly string[]; readonly claims: readonly EntityKey[] } {
  const failed = reasons
    .slice(reasons.length - claims.length - leases.length)
    .map(({ Code }) => Code === 'ConditionalCheckFailed');
  return {
    claims: claims.filter((_, index) => failed[index]),
    leases: leases.filter((_, index) => failed[claims.length + index]).map(({ name }) => name),
  };
}

/** The SDK hands the item over as DynamoDB sent it; the document client may have translated it. */
function commitIdOf(item: Readonly<Record<string, unknown>> | undefined): unknown {
  const attribute = item?.commitId;
  return typeof attribute === 'object' && attribute !== null && 'S' in attribute ? attribute.S : attribute;
}

function headUpdate(commit: Commit, table: string) {
  const { sequence, commitId, committedAtMs, writer, formatVersion } = commit.record;
  const first = sequence === 1;
  return {
    TableName: table,
    Key: headKey,
    UpdateExpression:
      'SET seq = :seq, commitId = :commitId, committedAt = :committedAt, writer = :writer, formatVersion = :formatVersion',
    ConditionExpression: first ? 'attribute_not_exists(pk)' : 'seq = :previous',
    ExpressionAttributeValues: {
      ':seq': sequence,
      ':commitId': commitId,
      ':committedAt': committedAtMs,
      ':writer': writer,
      ':formatVersion': formatVersion,
      ...(first ? {} : { ':previous': sequence - 1 }),
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

function claimDelete({ partition, id }: EntityKey, table: string) {
  return {
    Delete: {
      TableName: table,
      Key: { pk: partition, sk: id },
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(condemned)',
    },
  };
}

function leaseCheck({ name, generation }: LeaseCondition, table: string) {
  return {
    ConditionCheck: {
      TableName: table,
      Key: leaseKey(name),
      ConditionExpression: 'generation = :generation AND attribute_exists(holder)',
      ExpressionAttributeValues: { ':generation': generation },
    },
  };
}

async function entityRequest(write: EntityWrite, options: { readonly table: string; readonly gzip: Gzip }) {
  const { table, gzip } = options;
  if (write.kind === 'put') return { Put: { TableName: table, Item: await entityItem(write, gzip) } };
  return { Delete: { TableName: table, Key: { pk: write.key.partition, sk: write.key.id } } };
}
