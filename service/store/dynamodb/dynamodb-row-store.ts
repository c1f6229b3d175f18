import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { storeConcurrencyMax } from '../../base/limits.ts';
import { RowChunksMissing } from '../problems.ts';
import { checkChunks } from '../row-limits.ts';
import type { RowStore, RowVersionKey } from '../row-store.ts';
import { retryIdempotent } from '../wrappers/retry.ts';
import { concurrently } from './concurrently.ts';
import type { DynamoDbStoreOptions } from './dynamodb-state-store.ts';
import { unavailable } from './failure.ts';
import { epochSeconds } from './items.ts';
import type { Request } from './request-sender.ts';

/**
 * RowStore on the rows table: one item per chunk with its `bytes`, and `expiresAt` once it was let go.
 * The chunk number is part of the partition key, so that the chunks of a large table spread over all
 * partitions: one partition takes 1,000 write units, which is not quite three chunks, per second
 * (docs/decisions/0402). Chunks are read one by one for the same reason. Every request is retried in here.
 */
export class DynamoDbRowStore implements RowStore {
  readonly #options: DynamoDbStoreOptions;

  constructor(options: DynamoDbStoreOptions) {
    this.#options = options;
  }

  async writeChunks(key: RowVersionKey, chunks: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    checkChunks(chunks);
    await concurrently([...chunks.entries()], storeConcurrencyMax, ([number, bytes]) => {
      const Item = { ...chunkKey(key, number), bytes };
      const command = new PutCommand({
        TableName: this.#options.table,
        Item,
        ReturnConsumedCapacity: 'TOTAL',
      });
      return this.#send('write', (client, own) => client.send(command, own), signal);
    });
  }

  async readChunks(key: RowVersionKey, count: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    return concurrently([...Array(count).keys()], storeConcurrencyMax, async (number) => {
      const command = new GetCommand({
        TableName: this.#options.table,
        Key: chunkKey(key, number),
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
      });
      const { Item } = await this.#send('read', (client, own) => client.send(command, own), signal);
      if (Item === undefined) throw new RowChunksMissing(missing(key, number));
      return Item.bytes as Uint8Array;
    });
  }

  async expireChunks(
    key: RowVersionKey,
    count: number,
    options: { readonly expiresAtMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const expiresAt = epochSeconds(options.expiresAtMs);
    await concurrently([...Array(count).keys()], storeConcurrencyMax, (number) =>
      this.#expire(chunkKey(key, number), { expiresAt, signal: options.signal }),
    );
  }

  async close(): Promise<void> {
    this.#options.sender.close();
  }

  /** On condition that the chunk is there: an update would make an item without bytes. */
  async #expire(
    key: ChunkKey,
    options: { readonly expiresAt: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const command = new UpdateCommand({
      TableName: this.#options.table,
      Key: key,
      UpdateExpression: 'SET expiresAt = :expiresAt',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':expiresAt': options.expiresAt },
      ReturnConsumedCapacity: 'TOTAL',
    });
    await this.#send('write', (client, own) => client.send(command, own).catch(unlessGone), options.signal);
  }

  #send<Answer extends object>(
    kind: 'read' | 'write',
    request: Request<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { sender, table, ports } = this.#options;
    const once = async () => {
      try {
        return await sender.send(kind, request, signal);
      } catch (error) {
        throw unavailable(error, table);
      }
    };
    return retryIdempotent(once, { ...ports, signal });
  }
}

export interface ChunkKey {
  readonly pk: string;
  readonly sk: string;
}

/** Key of one chunk. Unambiguous whatever the table is called: neither id nor version holds a `#`. */
export function chunkKey(key: RowVersionKey, number: number): ChunkKey {
  const digits = String(number).padStart(8, '0');
  return { pk: `${key.dataSourceId}#${key.table}#${key.version}#${digits}`, sk: digits };
}

function unlessGone(error: unknown): object {
  if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return {};
  throw error;
}

function missing(key: RowVersionKey, number: number): string {
  return `chunk ${number} of version \`${key.version}\` of table \`${key.table}\` is gone`;
}
