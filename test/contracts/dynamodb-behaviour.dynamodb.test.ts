import { createServer, type Socket } from 'node:net';
import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoDbLocal, startDynamoDbLocal } from '../../scripts/dynamodb-local.ts';
import {
  commitTransaction,
  outcomeOfRejectedCommit,
} from '../../service/store/dynamodb/commit-transaction.ts';
import { connect } from '../../service/store/dynamodb/connection.ts';
import { recordKey } from '../../service/store/dynamodb/items.ts';
import type { OpenStores } from '../../service/store/dynamodb/open-stores.ts';
import { StoreUnavailable, UnknownOutcome } from '../../service/store/problems.ts';
import type { ConsumedCapacity, StoreCall } from '../../service/store/store-observer.ts';
import { freePort } from '../support/dynamodb-local.ts';
import { openTestStores, type TestStoresOptions } from '../support/dynamodb-stores.ts';
import { commitId, commitOf, freshCommitIds, put, sequence, signal } from './commit-fixtures.ts';

let database: DynamoDbLocal;
let client: DynamoDBDocumentClient;
const databases: DynamoDbLocal[] = [];
let opened: OpenStores[] = [];
let tests = 0;

beforeAll(async () => {
  database = await start(await freePort());
  client = connect({ region: 'local', endpoint: database.endpoint });
}, 60_000);

beforeEach(() => {
  freshCommitIds();
  tests += 1;
});

afterEach(async () => {
  await Promise.all(opened.map((stores) => stores.close()));
  opened = [];
});

afterAll(() => Promise.all(databases.map((one) => one.stop())));

jest.setTimeout(60_000);

function open(options: Partial<TestStoresOptions> = {}): OpenStores {
  const prefix = `behaviour-${tests}`;
  const stores = openTestStores({ endpoint: database.endpoint, prefix, ...options });
  opened.push(stores);
  return stores;
}

async function start(port: number): Promise<DynamoDbLocal> {
  const started = await startDynamoDbLocal(port);
  databases.push(started);
  return started;
}

describe('the commit transaction on DynamoDB Local', () => {
  it('recognises its own repetition by the item that failed it when the token is forgotten', async () => {
    const { stateStore, ensureTables } = open();
    await ensureTables(signal);
    for (const at of [1, 2]) await stateStore.commit(commitOf(at), signal);
    for (const [at, id, kind] of [
      [1, 'commit-1', 'committed'],
      [2, 'commit-2', 'committed'],
      [1, 'rival', 'conflict'],
      [2, 'rival', 'conflict'],
    ] as const) {
      const commit = commitOf(at, { id });
      const table = `behaviour-${tests}-state`;
      const input = await commitTransaction(commit, { table, recordRetentionMs: 1_000 });
      const again = new TransactWriteCommand({
        ...input,
        ClientRequestToken: commitId(`forgotten-${at}-${id}`),
      });
      const error: unknown = await client.send(again).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'TransactionCanceledException' });
      expect(outcomeOfRejectedCommit(error, commit)).toEqual({ kind });
    }
  });

  it('stores long changes compressed and lets them expire', async () => {
    const { stateStore, ensureTables } = open();
    await ensureTables(signal);
    const commit = commitOf(1, { changes: ['short words '.repeat(20_000)] });
    await stateStore.commit(commit, signal);
    const command = new GetCommand({ TableName: `behaviour-${tests}-state`, Key: recordKey(sequence(1)) });
    const { Item } = await client.send(command);
    expect(Item?.changes).toBeInstanceOf(Uint8Array);
    expect((Item as { changes: Uint8Array }).changes.byteLength).toBeLessThan(5_000);
    const thirtyDaysSeconds = 30 * 24 * 3_600;
    expect(Item?.expiresAt).toBe(Math.ceil(commit.record.committedAtMs / 1_000) + thirtyDaysSeconds);
    expect(await stateStore.readRecord(sequence(1), signal)).toEqual(commit.record);
  });
});

describe('the tables on DynamoDB Local', () => {
  it('are made once by replicas that start together, with a time to live', async () => {
    const replicas = [open(), open(), open()];
    await Promise.all(replicas.map((stores) => stores.ensureTables(signal)));
    await replicas[0]?.ensureTables(signal);
    for (const TableName of [`behaviour-${tests}-state`, `behaviour-${tests}-rows`]) {
      const answer = await client.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(answer.TimeToLiveDescription).toMatchObject({
        TimeToLiveStatus: 'ENABLED',
        AttributeName: 'expiresAt',
      });
    }
  });
});

describe('what DynamoDB bills', () => {
  it('is reported for reads and writes', async () => {
    const consumed: ConsumedCapacity[] = [];
    const calls: StoreCall[] = [];
    const observer = {
      called: (call: StoreCall) => calls.push(call),
      consumed: (capacity: ConsumedCapacity) => consumed.push(capacity),
    };
    const stores = open({ observer });
    await stores.ensureTables(signal);
    await stores.stateStore.commit(commitOf(1, { writes: [put('policy', 'a', {})] }), signal);
    await stores.stateStore.readHead({ consistency: 'eventual', signal });
    await stores.stateStore.readHead({ consistency: 'strong', signal });
    const table = `behaviour-${tests}-state`;
    expect(consumed[0]?.writeUnits).toBeGreaterThan(0);
    expect(consumed).toEqual([
      // DynamoDB bills two units per item here; DynamoDB Local counts otherwise.
      { table, readUnits: 0, writeUnits: expect.any(Number) },
      { table, readUnits: 0.5, writeUnits: 0 },
      { table, readUnits: 1, writeUnits: 0 },
    ]);
    expect(calls.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual([
      'commit ok',
      'read-head ok',
      'read-head ok',
    ]);
  });
});

describe('a DynamoDB that goes away', () => {
  it('rejects reads while it is down and serves the same stores when it is back', async () => {
    const port = await freePort();
    const first = await start(port);
    const { stateStore, ensureTables } = open({ endpoint: first.endpoint });
    await ensureTables(signal);
    await stateStore.commit(commitOf(1), signal);
    await first.stop();
    const startedMs = performance.now();
    const down = await Promise.allSettled([
      stateStore.readHead({ consistency: 'strong', signal }),
      stateStore.commit(commitOf(2), signal),
    ]);
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    expect(down[0]).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    expect(down[1]).toMatchObject({ status: 'rejected', reason: { kind: 'unavailable' } });
    await start(port);
    await ensureTables(signal);
    // It kept everything in memory, so it is empty.
    expect((await stateStore.readHead({ consistency: 'strong', signal })).sequence).toBe(0);
  });

  it('takes connections and never answers: reads end in time, a commit is of unknown outcome', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    const port = await freePort();
    await new Promise<void>((resolve) => {
      silent.listen(port, '127.0.0.1', resolve);
    });
    const { stateStore } = open({ endpoint: `http://127.0.0.1:${port}`, requestTimeoutMs: 1_000 });
    const startedMs = performance.now();
    const [read, commit] = await Promise.allSettled([
      stateStore.readHead({ consistency: 'strong', signal }),
      stateStore.commit(commitOf(1), signal),
    ]);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    expect(read).toMatchObject({ status: 'rejected', reason: { reason: 'timeout' } });
    expect(commit).toMatchObject({ status: 'rejected', reason: expect.any(UnknownOutcome) });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      silent.close(resolve);
    });
  });
});
