import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../base/clock.ts';
import { tableActivePollsMax } from '../../base/limits.ts';
import type { Random } from '../../base/random.ts';
import { StoreUnavailable, TableMissing } from '../problems.ts';
import { pauseUnlessAborted, type RetryPolicy, retryIdempotent } from '../wrappers/retry.ts';
import { failureOf, unavailable } from './failure.ts';
import type { Request, RequestSender } from './request-sender.ts';
import { expiryAttribute, type TableNames, tableDefinition } from './tables.ts';

export interface EnsureTablesOptions {
  readonly tables: TableNames;
  /** Whether to create what is missing: against a local endpoint only (`local-endpoint.ts`). */
  readonly create: boolean;
  /** With a generous time limit: a DynamoDB Local that just came up takes seconds for its first requests. */
  readonly sender: RequestSender;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** For a start, at which nobody waits for an answer yet. */
const startPolicy: RetryPolicy = { attemptsMax: 8, delayBaseMs: 100, delayMaxMs: 2_000, deadlineMs: 30_000 };

/**
 * Makes sure that both tables are there. Against a local endpoint a missing one is created, with its time to
 * live; several replicas may do so at the same time. Elsewhere rejects with TableMissing naming the table, and
 * asks for no more than the GetItem that the task role has anyway. Rejects with StoreUnavailable when DynamoDB
 * does not answer for half a minute or the signal is aborted.
 */
export async function ensureTables(options: EnsureTablesOptions): Promise<void> {
  const { clock, random, signal, create } = options;
  for (const table of [options.tables.state, options.tables.rows]) {
    const ensure = () => (create ? ensureCreated(table, options) : probe(table, options));
    await retryIdempotent(ensure, { clock, random, policy: startPolicy, signal });
  }
}

async function probe(table: string, options: EnsureTablesOptions): Promise<void> {
  const command = new GetCommand({ TableName: table, Key: { pk: 'probe', sk: 'probe' } });
  try {
    await options.sender.send('read', (client, own) => client.send(command, own), options.signal);
  } catch (error) {
    if (isTableMissing(error)) throw new TableMissing(table, { cause: error });
    throw unavailable(error, table);
  }
}

async function ensureCreated(table: string, options: EnsureTablesOptions): Promise<void> {
  if ((await statusOf(table, options)) === null) {
    const command = new CreateTableCommand(tableDefinition(table));
    await administer(table, options, (client, own) => client.send(command, own).catch(unlessOtherWasFaster));
  }
  await untilActive(table, options);
  await letItemsExpire(table, options);
}

/** Null while there is no such table. */
async function statusOf(table: string, options: EnsureTablesOptions): Promise<string | null> {
  const command = new DescribeTableCommand({ TableName: table });
  try {
    const answer = await options.sender.send(
      'read',
      (client, own) => client.send(command, own),
      options.signal,
    );
    return answer.Table?.TableStatus ?? null;
  } catch (error) {
    if (isTableMissing(error)) return null;
    throw unavailable(error, table);
  }
}

async function untilActive(table: string, options: EnsureTablesOptions): Promise<void> {
  for (let poll = 1; poll <= tableActivePollsMax; poll += 1) {
    if ((await statusOf(table, options)) === 'ACTIVE') return;
    await pauseUnlessAborted(100, options);
  }
  throw new StoreUnavailable(`DynamoDB table \`${table}\` did not become active`, {
    reason: 'table-missing',
  });
}

async function letItemsExpire(table: string, options: EnsureTablesOptions): Promise<void> {
  const present = await administer(table, options, (client, own) =>
    client.send(new DescribeTimeToLiveCommand({ TableName: table }), own),
  );
  if (present.TimeToLiveDescription?.TimeToLiveStatus !== 'DISABLED') return;
  const command = new UpdateTimeToLiveCommand({
    TableName: table,
    TimeToLiveSpecification: { Enabled: true, AttributeName: expiryAttribute },
  });
  await administer(table, options, (client, own) => client.send(command, own).catch(unlessOtherWasFaster));
}

async function administer<Answer extends object>(
  table: string,
  options: EnsureTablesOptions,
  request: Request<Answer>,
): Promise<Answer> {
  try {
    return await options.sender.send('write', request, options.signal);
  } catch (error) {
    throw unavailable(error, table);
  }
}

function isTableMissing(error: unknown): boolean {
  const failure = failureOf(error);
  return failure.kind === 'not-done' && failure.reason === 'table-missing';
}

/** Another replica created the table, or switched its time to live on, a moment ago. */
function unlessOtherWasFaster(error: unknown): Record<string, never> {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : '';
  if (name === 'ResourceInUseException') return {};
  if (name === 'ValidationException' && message.includes('already enabled')) return {};
  throw error;
}
