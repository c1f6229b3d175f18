import {
  GetCommand,
  PutCommand,
  type PutCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { partitionPagesMax } from '../../base/limits.ts';
import type { Lease, LeaseStore, TakeLease } from '../lease-store.ts';
import { PartitionTooLarge } from '../problems.ts';
import type { DynamoDbStoreOptions } from './dynamodb-state-store.ts';
import { unavailable } from './failure.ts';
import { leaseFrom, leaseItem, leaseKey, leasePartition } from './items.ts';
import { queryPages } from './query-pages.ts';
import type { Request } from './request-sender.ts';

/**
 * LeaseStore on the state table (items: `items.ts`). Every request is sent once: put `RetryingLeaseStore` around it.
 * Every change is one conditional write of one item.
 */
export class DynamoDbLeaseStore implements LeaseStore {
  readonly #options: DynamoDbStoreOptions;

  constructor(options: DynamoDbStoreOptions) {
    this.#options = options;
  }

  async readLeases(signal: AbortSignal): Promise<readonly Lease[]> {
    const pages = queryPages({
      ...this.#options,
      partition: leasePartition,
      consistency: 'eventual',
      pagesMax: partitionPagesMax,
      signal,
    });
    const leases: Lease[] = [];
    for await (const { items, more } of pages) {
      leases.push(...items.map(leaseFrom));
      if (more === 'cut-off') throw new PartitionTooLarge(leasePartition);
    }
    return leases;
  }

  async readLease(name: string, signal: AbortSignal): Promise<Lease | null> {
    const command = new GetCommand({
      TableName: this.#options.table,
      Key: leaseKey(name),
      ConsistentRead: true,
      ReturnConsumedCapacity: 'TOTAL',
    });
    const { Item } = await this.#send('read', (client, own) => client.send(command, own), signal);
    return Item === undefined ? null : leaseFrom(Item);
  }

  async takeLease({ name, holder, durationMs, seen }: TakeLease, signal: AbortSignal): Promise<Lease | null> {
    const lease: Lease = { name, holder, generation: (seen?.generation ?? 0) + 1, renewal: 0, durationMs };
    const condition: Partial<PutCommandInput> =
      seen === null
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'generation = :generation AND renewal = :renewal',
            ExpressionAttributeValues: { ':generation': seen.generation, ':renewal': seen.renewal },
          };
    const command = new PutCommand({
      TableName: this.#options.table,
      Item: leaseItem(lease),
      ReturnConsumedCapacity: 'TOTAL',
      ...condition,
    });
    return (await this.#change((client, own) => client.send(command, own), signal)) ? lease : null;
  }

  async renewLease(lease: Lease, signal: AbortSignal): Promise<Lease | null> {
    const renewal = lease.renewal + 1;
    const command = this.#update(lease, {
      UpdateExpression: 'SET renewal = :renewal',
      ConditionExpression: 'generation = :generation AND holder = :holder AND renewal <= :renewal',
      ExpressionAttributeValues: { ':renewal': renewal },
    });
    const renewed = await this.#change((client, own) => client.send(command, own), signal);
    return renewed ? { ...lease, renewal } : null;
  }

  async releaseLease(lease: Lease, signal: AbortSignal): Promise<void> {
    const command = this.#update(lease, {
      UpdateExpression: 'SET renewal = renewal + :one REMOVE holder',
      ConditionExpression: 'generation = :generation AND holder = :holder',
      ExpressionAttributeValues: { ':one': 1 },
    });
    await this.#change((client, own) => client.send(command, own), signal);
  }

  async close(): Promise<void> {
    this.#options.sender.close();
  }

  #update(lease: Lease, update: Omit<UpdateCommandInput, 'TableName' | 'Key'>): UpdateCommand {
    const values = { ':generation': lease.generation, ':holder': lease.holder };
    return new UpdateCommand({
      TableName: this.#options.table,
      Key: leaseKey(lease.name),
      ReturnConsumedCapacity: 'TOTAL',
      ...update,
      ExpressionAttributeValues: { ...values, ...update.ExpressionAttributeValues },
    });
  }

  /** False when its condition failed. */
  async #change(request: Request<object>, signal: AbortSignal): Promise<boolean> {
    let refused = false;
    const unlessRefused: Request<object> = (client, own) =>
      request(client, own).catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
        refused = true;
        return {};
      });
    await this.#send('write', unlessRefused, signal);
    return !refused;
  }

  async #send<Answer extends object>(
    kind: 'read' | 'write',
    request: Request<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { sender, table } = this.#options;
    try {
      return await sender.send(kind, request, signal);
    } catch (error) {
      throw unavailable(error, table);
    }
  }
}
