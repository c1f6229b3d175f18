import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Sequence } from '../../service/base/ids.ts';
import { chunkKey } from '../../service/store/dynamodb/dynamodb-row-store.ts';
import { recordKey } from '../../service/store/dynamodb/items.ts';
import { type OpenStores, openStoresOn } from '../../service/store/dynamodb/open-stores.ts';
import { describeLeaseStore } from '../contracts/lease-store-suite.ts';
import { describeRowStore } from '../contracts/row-store-suite.ts';
import { describeStateStore } from '../contracts/state-store-suite.ts';
import { realClock } from '../support/real-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { FakeDynamoDb, type StoreConditions } from './fake-dynamodb.ts';
import { conditionHolds, updated } from './fake-expressions.ts';

const ideal: StoreConditions = {
  transactionMsMax: 0,
  lagMsMax: 0,
  queryMsMax: 0,
  pageItemsMax: 1_000,
  unprocessed: 0,
};

/** The real stores on a fake that is never late and loses nothing: the same suites as DynamoDB Local. */
function fakeStores(): { readonly database: FakeDynamoDb; open(): OpenStores; now(): number } {
  const database = new FakeDynamoDb({ random: new SeededRandom(1), conditions: ideal });
  let nowMs = 1;
  const now = (): number => {
    nowMs += 1;
    return nowMs;
  };
  const send = async (command: { readonly input: object }): Promise<unknown> => {
    const { answer, error } = database.execute(command.constructor.name, command.input, now());
    if (error !== undefined) throw error;
    return answer;
  };
  return { database, now, open: () => storesOn({ send, destroy() {} } as unknown as DynamoDBDocumentClient) };
}

function storesOn(client: DynamoDBDocumentClient): OpenStores {
  const policy = { attemptsMax: 2, delayBaseMs: 1, delayMaxMs: 1, deadlineMs: 100 };
  return openStoresOn(client, {
    clock: realClock,
    random: new SeededRandom(2),
    retryPolicy: policy,
    create: false,
  });
}

function unreachable(): OpenStores {
  const send = async (): Promise<never> => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
  };
  return storesOn({ send, destroy() {} } as unknown as DynamoDBDocumentClient);
}

describeStateStore('DynamoDbStateStore on the fake', {
  async open() {
    const fake = fakeStores();
    return {
      store: fake.open().stateStore,
      other: fake.open().stateStore,
      async trim(sequence: Sequence) {
        fake.database.table('congress-state').write(recordKey(sequence), null, fake.now());
      },
    };
  },
  unreachable: () => unreachable().stateStore,
});

describeRowStore('DynamoDbRowStore on the fake', {
  async open() {
    const fake = fakeStores();
    return {
      store: fake.open().rowStore,
      other: fake.open().rowStore,
      async drop(key, count) {
        fake.database.table('congress-rows').write(chunkKey(key, count - 1), null, fake.now());
      },
    };
  },
  unreachable: () => unreachable().rowStore,
});

describeLeaseStore('DynamoDbLeaseStore on the fake', {
  async open() {
    const fake = fakeStores();
    const stores = fake.open();
    return { leases: stores.leaseStore, other: fake.open().leaseStore, state: stores.stateStore };
  },
  unreachable: () => unreachable().leaseStore,
});

describe('a transaction on the fake', () => {
  const head = { pk: 'sequence', sk: 'sequence' };
  const record = { pk: 'change', sk: '1' };
  const commit = (token: string): object => ({
    ClientRequestToken: token,
    TransactItems: [head, record].map((key) => ({
      Put: { TableName: 't', Item: { ...key, n: 1 }, ConditionExpression: 'attribute_not_exists(pk)' },
    })),
  });
  const get = (key: object, consistent = true): object => ({
    TableName: 't',
    Key: key,
    ConsistentRead: consistent,
  });

  /** What reads of the head and of the record see at some moment before the acknowledgement. */
  function seenBeside(seed: number): string {
    const conditions = { ...ideal, transactionMsMax: 100 };
    const database = new FakeDynamoDb({ random: new SeededRandom(seed), conditions });
    const { readyAtMs } = database.execute('TransactWriteCommand', commit('a'), 1_000);
    const atMs = 1_000 + (readyAtMs - 1_000) / 2;
    const present = (key: object): string =>
      'Item' in (database.execute('GetCommand', get(key), atMs).answer ?? {}) ? 'new' : 'old';
    return `${present(head)} ${present(record)}`;
  }

  it('shows itself to reads beside it in all four ways', () => {
    const seen = new Set(Array.from({ length: 60 }, (_, seed) => seenBeside(seed)));
    expect([...seen].sort()).toEqual(['new new', 'new old', 'old new', 'old old']);
  });

  it('is whole when it is acknowledged, refuses others until then, and repeats nothing', () => {
    const conditions = { ...ideal, transactionMsMax: 100 };
    const database = new FakeDynamoDb({ random: new SeededRandom(3), conditions });
    const { readyAtMs } = database.execute('TransactWriteCommand', commit('a'), 1_000);
    const early = (command: string, input: object): string | undefined =>
      database.execute(command, input, readyAtMs - 1).error?.name;
    expect(early('TransactWriteCommand', commit('b'))).toBe('TransactionCanceledException');
    expect(early('TransactWriteCommand', commit('a'))).toBe('TransactionInProgressException');
    expect(early('PutCommand', { TableName: 't', Item: head })).toBe('TransactionConflictException');
    expect(early('TransactGetCommand', { TransactItems: [{ Get: get(head) }] })).toBe(
      'TransactionCanceledException',
    );
    for (const key of [head, record]) {
      expect(database.execute('GetCommand', get(key), readyAtMs).answer).toMatchObject({ Item: { n: 1 } });
    }
    expect(database.execute('TransactWriteCommand', commit('a'), readyAtMs + 1).error).toBeUndefined();
    expect(database.execute('TransactWriteCommand', commit('b'), readyAtMs + 1).error).toMatchObject({
      CancellationReasons: [{ Code: 'ConditionalCheckFailed' }, { Code: 'ConditionalCheckFailed' }],
    });
  });

  it('is seen late by eventually consistent reads, now and then', () => {
    const conditions = { ...ideal, lagMsMax: 1_000 };
    const database = new FakeDynamoDb({ random: new SeededRandom(4), conditions });
    database.execute('TransactWriteCommand', commit('a'), 1_000);
    const seen = Array.from(
      { length: 100 },
      () => database.execute('GetCommand', get(head, false), 1_100).answer,
    );
    const late = seen.filter((answer) => !('Item' in (answer ?? {}))).length;
    expect(late).toBeGreaterThan(10);
    expect(late).toBeLessThan(90);
  });
});

describe('time to live on the fake', () => {
  it('deletes what has expired, in the end', () => {
    const database = new FakeDynamoDb({ random: new SeededRandom(5), conditions: ideal });
    const table = database.table('t');
    for (let n = 0; n < 10; n += 1) table.write({ pk: 'a', sk: `${n}` }, { expiresAt: n }, 1);
    let atMs = 2;
    for (; atMs < 50; atMs += 1) database.expire(4_500, atMs);
    expect(table.sortKeys('a').filter((sk) => table.newest('a', sk) !== null)).toEqual([
      '5',
      '6',
      '7',
      '8',
      '9',
    ]);
  });
});

describe('expressions on the fake', () => {
  it.each([
    ['attribute_exists(a)', true],
    ['attribute_not_exists(a)', false],
    ['attribute_not_exists(missing)', true],
    ['a = :one', true],
    ['a <> :one', false],
    ['missing = :one', false],
    ['missing <> :one', true],
    ['a = :one AND b < :one', false],
    ['a = :one OR b < :one', true],
    ['NOT (a = :one OR b = :one)', false],
    ['#named >= :one AND a <= :one', true],
    ['begins_with(text, :prefix)', true],
  ])('%s is %s', (condition, expected) => {
    const input = {
      ExpressionAttributeNames: { '#named': 'b' },
      ExpressionAttributeValues: { ':one': 1, ':prefix': 'te' },
    };
    expect(conditionHolds(condition, { a: 1, b: 2, text: 'text' }, input)).toBe(expected);
  });

  it('update an item', () => {
    const input = { ExpressionAttributeValues: { ':one': 1, ':text': 'x' } };
    expect(updated('SET n = n + :one, t = :text REMOVE gone', { n: 2, gone: true }, input)).toEqual({
      n: 3,
      t: 'x',
    });
  });

  it('that it does not know are errors', () => {
    expect(() => conditionHolds('size(a) = :one', { a: 1 }, {})).toThrow('the fake knows no function size');
    expect(() =>
      conditionHolds('a = :one b', { a: 1 }, { ExpressionAttributeValues: { ':one': 1 } }),
    ).toThrow('cannot read');
  });
});
