import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { type RetryPorts, retryIdempotent } from '../wrappers/retry.ts';
import { unavailable } from './failure.ts';
import type { RequestSender } from './request-sender.ts';

/** One page of a partition. `more`: `no` after the last; `cut-off` when there is more than may be read. */
export interface QueryPage {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly more: 'yes' | 'no' | 'cut-off';
}

/** What to read of one partition, and with what. */
export interface QueryOptions {
  readonly table: string;
  readonly partition: string;
  /** Only sort keys greater than this. */
  readonly after?: string;
  /** Items in all; none by default. */
  readonly limit?: number;
  readonly pagesMax: number;
  /** Default `strong`; `eventual` costs half. */
  readonly consistency?: 'strong' | 'eventual';
  readonly sender: RequestSender;
  readonly ports: RetryPorts;
  readonly signal: AbortSignal;
}

/**
 * Pages of one partition in ascending order of sort key, at most 1 MB each and not one
 * snapshot. Each page is retried by itself. Rejects with StoreUnavailable.
 */
export async function* queryPages(options: QueryOptions): AsyncGenerator<QueryPage> {
  const { ports, signal, pagesMax } = options;
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let start: QueryCommandInput['ExclusiveStartKey'];
  for (let page = 1; page <= pagesMax; page += 1) {
    const input = queryInput(options, { left, start });
    const { Items: items = [], LastEvaluatedKey: last } = await retryIdempotent(
      () => sendQuery(input, options),
      { ...ports, signal },
    );
    left -= items.length;
    start = last;
    if (last === undefined || left <= 0) {
      yield { items, more: 'no' };
      return;
    }
    yield { items, more: page === pagesMax ? 'cut-off' : 'yes' };
  }
}

function queryInput(
  options: QueryOptions,
  position: { readonly left: number; readonly start: QueryCommandInput['ExclusiveStartKey'] },
): QueryCommandInput {
  const { table, partition, after, consistency = 'strong' } = options;
  return {
    TableName: table,
    ConsistentRead: consistency === 'strong',
    ReturnConsumedCapacity: 'TOTAL',
    KeyConditionExpression: after === undefined ? 'pk = :partition' : 'pk = :partition AND sk > :after',
    ExpressionAttributeValues: {
      ':partition': partition,
      ...(after === undefined ? {} : { ':after': after }),
    },
    ...(Number.isFinite(position.left) ? { Limit: position.left } : {}),
    ...(position.start === undefined ? {} : { ExclusiveStartKey: position.start }),
  };
}

async function sendQuery(input: QueryCommandInput, options: QueryOptions) {
  const { table, sender, signal } = options;
  try {
    return await sender.send('read', (client, own) => client.send(new QueryCommand(input), own), signal);
  } catch (error) {
    throw unavailable(error, table);
  }
}
