import { GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Sequence } from '../../base/ids.ts';
import { partitionPagesMax, recordPagesPerPullMax, storeConcurrencyMax } from '../../base/limits.ts';
import { checkCommit, checkWrites } from '../commit-limits.ts';
import { PartitionTooLarge } from '../problems.ts';
import type {
  ChangeRecord,
  Commit,
  CommitOutcome,
  Entity,
  EntityKey,
  EntityWrite,
  Head,
  HeadConsistency,
  StateStore,
} from '../state-store.ts';
import type { RetryPorts } from '../wrappers/retry.ts';
import { type BatchRequest, batchItemsMax, batchWrite } from './batch-write.ts';
import { commitTransaction, outcomeOfRejectedCommit } from './commit-transaction.ts';
import { concurrently } from './concurrently.ts';
import { unavailable } from './failure.ts';
import { type Gzip, poolGzip } from './gzip.ts';
import {
  entityFrom,
  entityItem,
  headFrom,
  headKey,
  recordFrom,
  recordKey,
  recordPartition,
} from './items.ts';
import { queryPages } from './query-pages.ts';
import type { RequestSender } from './request-sender.ts';
import { readSettledHead } from './settled-head.ts';

/** What the two DynamoDB stores are made of. */
export interface DynamoDbStoreOptions {
  readonly table: string;
  readonly sender: RequestSender;
  /** For the requests within one long call; calls as a whole are retried by a wrapper. */
  readonly ports: RetryPorts;
  /** Default: in Node's thread pool. */
  readonly gzip?: Gzip;
}

/**
 * StateStore on the state table (items: `items.ts`; the transaction: `commit-transaction.ts`). Single requests
 * are sent once: put `RetryingStateStore` around it. The pages and batches of a long call are retried in here,
 * so that one lost page does not begin it anew.
 */
export class DynamoDbStateStore implements StateStore {
  readonly #options: DynamoDbStoreOptions;
  readonly #recordRetentionMs: number;
  readonly #gzip: Gzip;

  /** `recordRetentionMs`: time to live of change records after their `committedAtMs`; default 30 days. */
  constructor(options: DynamoDbStoreOptions & { readonly recordRetentionMs?: number }) {
    this.#options = options;
    this.#gzip = options.gzip ?? poolGzip;
    this.#recordRetentionMs = options.recordRetentionMs ?? 30 * 24 * 3_600_000;
  }

  async readHead(options: {
    readonly consistency: HeadConsistency;
    readonly signal: AbortSignal;
  }): Promise<Head> {
    if (options.consistency === 'settled')
      return readSettledHead({ ...this.#options, signal: options.signal });
    const consistentRead = options.consistency === 'strong';
    return headFrom(await this.#get(headKey, { consistentRead, signal: options.signal }));
  }

  async readRecords(options: {
    readonly after: Sequence;
    readonly limit: number;
    readonly signal: AbortSignal;
  }): Promise<readonly ChangeRecord[]> {
    if (options.limit < 1) return [];
    const pages = queryPages({
      ...this.#options,
      partition: recordPartition,
      after: recordKey(options.after).sk,
      limit: options.limit,
      pagesMax: recordPagesPerPullMax,
      signal: options.signal,
    });
    const records: ChangeRecord[] = [];
    for await (const { items } of pages) {
      records.push(...(await Promise.all(items.map((item) => recordFrom(item, this.#gzip)))));
    }
    return records;
  }

  async readRecord(sequence: Sequence, signal: AbortSignal): Promise<ChangeRecord | null> {
    const item = await this.#get(recordKey(sequence), { consistentRead: true, signal });
    return item === undefined ? null : recordFrom(item, this.#gzip);
  }

  async commit(commit: Commit, signal: AbortSignal): Promise<CommitOutcome> {
    checkCommit(commit);
    const { table, sender } = this.#options;
    const options = { table, recordRetentionMs: this.#recordRetentionMs, gzip: this.#gzip };
    const command = new TransactWriteCommand(await commitTransaction(commit, options));
    try {
      await sender.send('write', (client, own) => client.send(command, own), signal);
      return { kind: 'committed' };
    } catch (error) {
      return outcomeOfRejectedCommit(error, commit);
    }
  }

  async readPartition(partition: string, signal: AbortSignal): Promise<readonly Entity[]> {
    const pages = queryPages({ ...this.#options, partition, pagesMax: partitionPagesMax, signal });
    const entities: Entity[] = [];
    for await (const { items, more } of pages) {
      entities.push(...(await Promise.all(items.map((item) => entityFrom(item, this.#gzip)))));
      if (more === 'cut-off') throw new PartitionTooLarge(partition);
    }
    return entities;
  }

  async writeDetached(writes: readonly EntityWrite[], signal: AbortSignal): Promise<void> {
    checkWrites(writes);
    const batches: (readonly EntityWrite[])[] = [];
    for (let at = 0; at < writes.length; at += batchItemsMax)
      batches.push(writes.slice(at, at + batchItemsMax));
    await concurrently(batches, storeConcurrencyMax, async (batch) =>
      batchWrite(await Promise.all(batch.map((write) => batchRequest(write, this.#gzip))), {
        ...this.#options,
        signal,
      }),
    );
  }

  async condemn({ partition, id }: EntityKey, signal: AbortSignal): Promise<boolean> {
    const { table, sender } = this.#options;
    const command = new UpdateCommand({
      TableName: table,
      Key: { pk: partition, sk: id },
      UpdateExpression: 'SET condemned = :true',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':true': true },
      ReturnConsumedCapacity: 'TOTAL',
    });
    try {
      await sender.send('write', (client, own) => client.send(command, own), signal);
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw unavailable(error, table);
    }
  }

  async close(): Promise<void> {
    this.#options.sender.close();
  }

  async #get(
    key: { readonly pk: string; readonly sk: string },
    options: { readonly consistentRead: boolean; readonly signal: AbortSignal },
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const { table, sender } = this.#options;
    const command = new GetCommand({
      TableName: table,
      Key: key,
      ConsistentRead: options.consistentRead,
      ReturnConsumedCapacity: 'TOTAL',
    });
    try {
      return (await sender.send('read', (client, own) => client.send(command, own), options.signal)).Item;
    } catch (error) {
      throw unavailable(error, table);
    }
  }
}

async function batchRequest(write: EntityWrite, gzip: Gzip): Promise<BatchRequest> {
  if (write.kind === 'put') return { PutRequest: { Item: await entityItem(write, gzip) } };
  return { DeleteRequest: { Key: { pk: write.key.partition, sk: write.key.id } } };
}
