import { TransactGetCommand } from '@aws-sdk/lib-dynamodb';
import { settledReadsMax } from '../../base/limits.ts';
import { StoreUnavailable } from '../problems.ts';
import type { Head } from '../state-store.ts';
import { fullJitterMs, pauseUnlessAborted, type RetryPorts } from '../wrappers/retry.ts';
import { failureOf, unavailable } from './failure.ts';
import { headFrom, headKey } from './items.ts';
import type { RequestSender } from './request-sender.ts';

export interface SettledHeadOptions {
  readonly table: string;
  readonly sender: RequestSender;
  readonly ports: RetryPorts;
  readonly signal: AbortSignal;
}

/**
 * The head, read in a transaction of its own. Such a read is serializable with the transactions that write
 * (Amazon DynamoDB Developer Guide, "DynamoDB transactions: how it works", isolation levels), while a strongly
 * consistent one is so for its own item only: it may show the head of a commit whose other items are not visible
 * yet, or not show it when they are. As every commit writes the head, one that is under way cancels this read with
 * a conflict; then it waits a moment and reads again. Rejects with StoreUnavailable, `throttled` when it never was
 * quiet.
 */
export async function readSettledHead(options: SettledHeadOptions): Promise<Head> {
  const { table, ports, signal } = options;
  for (let attempt = 1; attempt <= settledReadsMax; attempt += 1) {
    const head = await readOnce(options);
    if (head !== null) return head;
    await pauseUnlessAborted(fullJitterMs(attempt, ports), { clock: ports.clock, signal });
  }
  throw new StoreUnavailable(
    `DynamoDB table \`${table}\`: a commit was under way at every look at the head`,
    {
      reason: 'throttled',
    },
  );
}

/** Null when a commit was under way. */
async function readOnce({ table, sender, signal }: SettledHeadOptions): Promise<Head | null> {
  const command = new TransactGetCommand({
    TransactItems: [{ Get: { TableName: table, Key: headKey } }],
    ReturnConsumedCapacity: 'TOTAL',
  });
  try {
    const { Responses } = await sender.send('read', (client, own) => client.send(command, own), signal);
    return headFrom(Responses?.[0]?.Item);
  } catch (error) {
    if (isConflict(error)) return null;
    throw unavailable(error, table);
  }
}

function isConflict(error: unknown): boolean {
  if (error instanceof StoreUnavailable) return false;
  const failure = failureOf(error);
  return failure.kind === 'cancelled' && failure.reasons.some(({ Code }) => Code === 'TransactionConflict');
}
