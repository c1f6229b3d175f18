import type { SeededRandom } from '../support/seeded-random.ts';
import { conditionHolds, type ExpressionInput, updated } from './fake-expressions.ts';
import { FakeTable, type Item } from './fake-table.ts';
import { type TransactItem, Transactions } from './fake-transactions.ts';

/** What became of a request, and when the answer can leave. */
export interface Execution {
  readonly readyAtMs: number;
  readonly answer?: object;
  readonly error?: Error;
}

/** How far from ideal it is at the moment. */
export interface StoreConditions {
  /** How long the items of a transaction take to become visible one by one, at most. */
  readonly transactionMsMax: number;
  /** How far an eventually consistent read may lag, at most. */
  readonly lagMsMax: number;
  /** How long the items of one page take to be read, at most. */
  readonly queryMsMax: number;
  /** Items of one page, at most. */
  readonly pageItemsMax: number;
  /** Part of the items of a batch that is left unprocessed. */
  readonly unprocessed: number;
}

export interface FakeDynamoDbOptions {
  readonly random: SeededRandom;
  readonly conditions: StoreConditions;
  /** Told of every transaction that is made, in the order in which they are decided. */
  readonly onTransaction?: (items: readonly TransactItem[], atMs: number) => void;
}

/** An error as the SDK throws it. */
export function serviceError(name: string, fields: object = {}, status = 400): Error {
  const error = new Error(`injected: ${name}`);
  return Object.assign(error, { name, $metadata: { httpStatusCode: status }, ...fields });
}

type Key = { readonly pk: string; readonly sk: string };
type Input = ExpressionInput & Readonly<Record<string, unknown>>;

/**
 * DynamoDB as its documentation promises it, and not a bit better:
 * - a transaction is all or nothing, but its items become visible one by one, in any order, until it is
 *   acknowledged; meanwhile other writes of them are refused with a conflict;
 * - a strongly consistent read sees what was acknowledged before it began; an eventually consistent one sees
 *   any moment of the recent past, later ones not always later moments;
 * - the items of a page are read one after the other (read committed, no snapshot);
 * - a repeated token repeats nothing for ten minutes.
 * Knows the requests that the stores make, and throws on any other.
 */
export class FakeDynamoDb {
  readonly #random: SeededRandom;
  #conditions: StoreConditions;
  readonly #tables = new Map<string, FakeTable>();
  readonly #transactions: Transactions;

  constructor(options: FakeDynamoDbOptions) {
    this.#random = options.random;
    this.#conditions = options.conditions;
    this.#transactions = new Transactions({
      random: options.random,
      transactionMsMax: () => this.#conditions.transactionMsMax,
      table: (name) => this.table(name),
      onTransaction: options.onTransaction ?? (() => {}),
    });
  }

  /** Peace: everything is quick, and nothing is left undone. */
  heal(): void {
    this.#conditions = peace;
  }

  table(name: string): FakeTable {
    const table = this.#tables.get(name) ?? new FakeTable();
    this.#tables.set(name, table);
    return table;
  }

  /** Carries out a request that arrives at `atMs`; times must not go back. */
  execute(command: string, input: object, atMs: number): Execution {
    const given = input as Input;
    switch (command) {
      case 'GetCommand':
        return { readyAtMs: atMs, answer: withItem(this.#get(given, atMs)) };
      case 'QueryCommand':
        return this.#query(given, atMs);
      case 'PutCommand':
        return this.#write(given, { key: given.Item as Key, next: () => given.Item as Item, atMs });
      case 'UpdateCommand': {
        const key = given.Key as Key;
        const next = (item: Item | null): Item =>
          updated(String(given.UpdateExpression), item ?? { ...key }, given);
        return this.#write(given, { key, next, atMs });
      }
      case 'DeleteCommand':
        return this.#write(given, { key: given.Key as Key, next: () => null, atMs });
      case 'BatchWriteCommand':
        return this.#batch(given, atMs);
      case 'TransactWriteCommand':
        return this.#transactions.write(given, atMs);
      case 'TransactGetCommand':
        return this.#transactions.read(given, atMs);
      default:
        throw new Error(`the fake knows no ${command}`);
    }
  }

  /** Time to live: deletes some of what has expired by the store's wall clock, late and in no order. */
  expire(wallMs: number, atMs: number): number {
    let expired = 0;
    for (const table of this.#tables.values()) {
      for (const pk of table.partitionKeys()) {
        for (const sk of table.sortKeys(pk)) {
          const expiresAt = table.newest(pk, sk)?.expiresAt;
          if (typeof expiresAt !== 'number' || expiresAt * 1_000 > wallMs) continue;
          if (table.locked(pk, sk, atMs) || this.#random.next() < 0.5) continue;
          table.write({ pk, sk }, null, atMs);
          expired += 1;
        }
      }
    }
    return expired;
  }

  #get(input: Input, atMs: number): Item | null {
    const { pk, sk } = input.Key as Key;
    return this.#tableOf(input).read(pk, sk, this.#moment(input, atMs));
  }

  #moment(input: Input, atMs: number): number {
    if (input.ConsistentRead === true) return atMs;
    // Mostly a little behind, now and then a lot.
    return atMs - this.#random.next() ** 3 * this.#conditions.lagMsMax;
  }

  #query(input: Input, atMs: number): Execution {
    const { queryMsMax, pageItemsMax } = this.#conditions;
    const table = this.#tableOf(input);
    const condition = String(input.KeyConditionExpression);
    const pk = String(input.ExpressionAttributeValues?.[/=\s*(:\w+)/.exec(condition)?.[1] ?? '']);
    const start = (input.ExclusiveStartKey as Key | undefined)?.sk;
    const forward = input.ScanIndexForward !== false;
    const limit = Math.min((input.Limit as number | undefined) ?? Number.POSITIVE_INFINITY, pageItemsMax);
    const sortKeys = forward ? table.sortKeys(pk) : [...table.sortKeys(pk)].reverse();
    const from = start === undefined ? 0 : sortKeys.indexOf(start) + 1;
    const items: Item[] = [];
    let moment = this.#moment(input, atMs);
    const stepMs = (this.#random.next() * queryMsMax) / Math.max(1, sortKeys.length);
    let last: string | null = null;
    for (const sk of sortKeys.slice(from)) {
      if (items.length >= limit) break;
      moment += stepMs;
      last = sk;
      const item = table.read(pk, sk, moment);
      if (item !== null && conditionHolds(condition, item, input)) items.push(item);
    }
    const more = last !== null && items.length >= limit && sortKeys.at(-1) !== last;
    const readyAtMs = Math.max(atMs, moment);
    return { readyAtMs, answer: { Items: items, ...(more ? { LastEvaluatedKey: { pk, sk: last } } : {}) } };
  }

  #write(
    input: Input,
    write: { readonly key: Key; readonly next: (item: Item | null) => Item | null; readonly atMs: number },
  ): Execution {
    const { key, next, atMs } = write;
    const table = this.#tableOf(input);
    if (table.locked(key.pk, key.sk, atMs)) {
      return { readyAtMs: atMs, error: serviceError('TransactionConflictException') };
    }
    const item = table.newest(key.pk, key.sk);
    const condition = input.ConditionExpression as string | undefined;
    if (condition !== undefined && !conditionHolds(condition, item, input)) {
      const shown =
        input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && item !== null ? { Item: item } : {};
      return { readyAtMs: atMs, error: serviceError('ConditionalCheckFailedException', shown) };
    }
    const written = next(item);
    table.write({ pk: key.pk, sk: key.sk }, written === null ? null : { ...written }, atMs);
    const attributes = input.ReturnValues === 'ALL_NEW' ? { Attributes: written } : {};
    return { readyAtMs: atMs, answer: attributes };
  }

  #batch(input: Input, atMs: number): Execution {
    const left: Record<string, unknown[]> = {};
    const requests = Object.entries(input.RequestItems as Record<string, readonly BatchRequest[]>);
    for (const [name, list] of requests) {
      const table = this.table(name);
      for (const request of list) {
        const { pk, sk } = keyOf(request);
        const refused = table.locked(pk, sk, atMs) || this.#random.next() < this.#conditions.unprocessed;
        if (refused) left[name] = [...(left[name] ?? []), request];
        else
          table.write(
            { pk, sk },
            request.PutRequest === undefined ? null : { ...request.PutRequest.Item },
            atMs,
          );
      }
    }
    return { readyAtMs: atMs, answer: { UnprocessedItems: left } };
  }

  #tableOf(input: Input): FakeTable {
    return this.table(String(input.TableName));
  }
}

const peace: StoreConditions = {
  transactionMsMax: 10,
  lagMsMax: 20,
  queryMsMax: 5,
  pageItemsMax: 100,
  unprocessed: 0,
};

interface BatchRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

function keyOf({ PutRequest, DeleteRequest }: BatchRequest): Key {
  return (PutRequest === undefined ? DeleteRequest?.Key : PutRequest.Item) as Key;
}

function withItem(item: Item | null): object {
  return item === null ? {} : { Item: { ...item } };
}
