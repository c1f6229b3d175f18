import { BatchWriteCommand, type BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { batchRoundsMax } from '../../base/limits.ts';
import { StoreUnavailable } from '../problems.ts';
import { fullJitterMs, pauseUnlessAborted, type RetryPorts, retryIdempotent } from '../wrappers/retry.ts';
import { unavailable } from './failure.ts';
import type { RequestSender } from './request-sender.ts';

/** Puts and deletes in one BatchWriteItem (API Reference). */
export const batchItemsMax = 25;

export type BatchRequest = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number];

/**
 * Writes one batch of at most 25 items and sends again what DynamoDB left unprocessed, with full jitter, for at
 * most `batchRoundsMax` rounds. Rejects with StoreUnavailable; some of it may have been written.
 */
export async function batchWrite(
  requests: readonly BatchRequest[],
  options: {
    readonly table: string;
    readonly sender: RequestSender;
    readonly ports: RetryPorts;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { ports, signal, table } = options;
  let left = requests;
  for (let round = 1; round <= batchRoundsMax; round += 1) {
    const sent = left;
    left = await retryIdempotent(() => sendBatch(sent, options), { ...ports, signal });
    if (left.length === 0) return;
    await pauseUnlessAborted(fullJitterMs(round, ports), { clock: ports.clock, signal });
  }
  throw new StoreUnavailable(`DynamoDB table \`${table}\` left ${left.length} items unprocessed`, {
    reason: 'throttled',
  });
}

async function sendBatch(
  requests: readonly BatchRequest[],
  options: { readonly table: string; readonly sender: RequestSender; readonly signal: AbortSignal },
): Promise<readonly BatchRequest[]> {
  const { table, sender, signal } = options;
  const command = new BatchWriteCommand({
    RequestItems: { [table]: [...requests] },
    ReturnConsumedCapacity: 'TOTAL',
  });
  try {
    const answer = await sender.send('write', (client, own) => client.send(command, own), signal);
    return answer.UnprocessedItems?.[table] ?? [];
  } catch (error) {
    throw unavailable(error, table);
  }
}
