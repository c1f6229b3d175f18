import { AssertionFailure } from '../../service/base/assert.ts';
import { openDynamoDbStores } from '../../service/store/dynamodb/open-stores.ts';
import { StoreUnavailable, TableMissing, UnknownOutcome } from '../../service/store/problems.ts';
import { commitId, commitOf, put, sequence, signal } from '../contracts/commit-fixtures.ts';
import { type CannedAnswer, CannedDynamoDb, failureAnswer } from '../support/canned-dynamodb.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** Stores over a pretended DynamoDB that answers like this, on a clock that stands still. */
function storesAnswered(...answers: readonly CannedAnswer[]) {
  const dynamoDb = new CannedDynamoDb(...answers);
  const clock = new ManualClock();
  const stores = openDynamoDbStores({
    connection: { region: 'eu-central-1', endpoint: 'http://localhost:1', requestHandler: dynamoDb as never },
    clock,
    random: new SeededRandom(7),
  });
  return { ...stores, dynamoDb, clock };
}

async function commitAnswered(...answers: readonly CannedAnswer[]): Promise<unknown> {
  const { stateStore, clock } = storesAnswered(...answers);
  return clock
    .run(stateStore.commit(commitOf(5, { writes: [put('policy', 'a', {})] }), signal))
    .catch((error: unknown) => error);
}

async function readAnswered(...answers: readonly CannedAnswer[]): Promise<unknown> {
  const { stateStore, clock } = storesAnswered(...answers);
  return clock.run(stateStore.readRecord(sequence(1), signal)).catch((error: unknown) => error);
}

const cancelled = (...codes: readonly (string | { Code: string; Item?: object })[]): CannedAnswer =>
  failureAnswer('TransactionCanceledException', {
    CancellationReasons: codes.map((code) => (typeof code === 'string' ? { Code: code } : code)),
  });

// The SDK loads parts of itself with its first request, which takes longer than the clock of a test waits.
beforeAll(() => commitAnswered({ status: 200, body: {} }));

describe('a commit on DynamoDB', () => {
  it.each([
    ['the head has moved', cancelled('ConditionalCheckFailed', 'None', 'None')],
    ['the record is there', cancelled('None', 'ConditionalCheckFailed', 'None')],
    ['another transaction is in the way', cancelled('TransactionConflict', 'None', 'None')],
    ['it meets a conflict and throttling', cancelled('ThrottlingError', 'None', 'TransactionConflict')],
    ['it meets all at once', cancelled('ConditionalCheckFailed', 'ThrottlingError', 'TransactionConflict')],
    [
      'the record there is of somebody else',
      cancelled('None', { Code: 'ConditionalCheckFailed', Item: { commitId: { S: 'theirs' } } }, 'None'),
    ],
  ])('is a conflict when %s', async (_, answer) => {
    expect(await commitAnswered(answer)).toEqual({ kind: 'conflict' });
  });

  it.each([
    ['head', [{ Code: 'ConditionalCheckFailed', Item: { commitId: { S: commitId('commit-5') } } }, 'None']],
    ['record', ['None', { Code: 'ConditionalCheckFailed', Item: { commitId: { S: commitId('commit-5') } } }]],
  ] as const)('has been made before when the %s that failed it bears its id', async (_, codes) => {
    expect(await commitAnswered(cancelled(...codes, 'None'))).toEqual({ kind: 'committed' });
  });

  it.each([
    ['it was throttled', failureAnswer('ThrottlingException'), 'throttled'],
    ['it exceeded the throughput', failureAnswer('ProvisionedThroughputExceededException'), 'throttled'],
    ['only throttling cancelled it', cancelled('ThrottlingError', 'None', 'None'), 'throttled'],
    ['access is denied', failureAnswer('AccessDeniedException'), 'access-denied'],
    ['credentials have expired', failureAnswer('ExpiredTokenException'), 'access-denied'],
    ['the table is missing', failureAnswer('ResourceNotFoundException'), 'table-missing'],
    ['it is not valid', failureAnswer('ValidationException'), 'misconfigured'],
    ['an item of it is not valid', cancelled('None', 'ValidationError', 'None'), 'misconfigured'],
    ['the connection was refused', broken('ECONNREFUSED', 'connect'), 'unreachable'],
    ['the name is not known', broken('ENOTFOUND', 'getaddrinfo'), 'unreachable'],
  ])('changed nothing when %s', async (_, answer, reason) => {
    const error = await commitAnswered(answer);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error).toMatchObject({ reason });
  });

  it.each([
    ['DynamoDB failed', failureAnswer('InternalServerError', {}, 500)],
    ['DynamoDB was not available', failureAnswer('ServiceUnavailable', {}, 503)],
    ['something between answered', { status: 502, body: '<html>bad gateway</html>' }],
    ['the answer made no sense', { status: 200, body: '<html>welcome</html>' }],
    ['the connection broke', broken('ECONNRESET', 'read')],
    ['nothing answered', 'silence'],
    ['the first attempt is under way', failureAnswer('TransactionInProgressException')],
  ] as const)('is of unknown outcome when %s', async (_, answer) => {
    expect(await commitAnswered(answer as CannedAnswer)).toBeInstanceOf(UnknownOutcome);
  });

  it('is of unknown outcome when the caller gives up after it was sent', async () => {
    const { stateStore, clock } = storesAnswered('silence');
    const caller = new AbortController();
    const outcome = stateStore.commit(commitOf(5), caller.signal).catch((error: unknown) => error);
    await clock.advance(10);
    caller.abort(new Error('no longer wanted'));
    expect(await outcome).toBeInstanceOf(UnknownOutcome);
    expect(await outcome).toMatchObject({ cause: { message: 'no longer wanted' } });
  });

  it('is not tried again by itself, and carries its id as the token', async () => {
    const { stateStore, dynamoDb, clock } = storesAnswered(failureAnswer('InternalServerError', {}, 500));
    await expect(clock.run(stateStore.commit(commitOf(5), signal))).rejects.toBeInstanceOf(UnknownOutcome);
    expect(dynamoDb.asked).toHaveLength(1);
    expect(dynamoDb.asked[0]).toMatchObject({
      operation: 'TransactWriteItems',
      input: { ClientRequestToken: commitId('commit-5') },
    });
  });

  it('sends the same bytes when it is made again', async () => {
    const { stateStore, dynamoDb } = storesAnswered({ status: 200, body: {} }, { status: 200, body: {} });
    const commit = commitOf(5, { changes: ['x'.repeat(20_000)], writes: [put('policy', 'a', { n: 1 })] });
    for (let attempt = 0; attempt < 2; attempt += 1) await stateStore.commit(commit, signal);
    expect(dynamoDb.asked[1]).toEqual(dynamoDb.asked[0]);
  });

  it('with an id that stands for another content is a bug', async () => {
    const error = await commitAnswered(failureAnswer('IdempotentParameterMismatchException'));
    expect(error).toBeInstanceOf(AssertionFailure);
  });
});

describe('a read on DynamoDB', () => {
  const record = {
    status: 200,
    body: {
      Item: {
        sk: { S: '0000000000000001' },
        commitId: { S: 'c' },
        writer: { S: 'w' },
        committedAt: { N: '5' },
        formatVersion: { N: '1' },
        changes: { S: '["x"]' },
      },
    },
  };

  it.each([
    ['throttling', failureAnswer('ThrottlingException')],
    ['a 5xx', failureAnswer('InternalServerError', {}, 500)],
    ['a broken connection', broken('ECONNRESET', 'read')],
    ['silence', 'silence'],
  ] as const)('is tried again after %s', async (_, answer) => {
    expect(await readAnswered(answer as CannedAnswer, record)).toMatchObject({
      commitId: 'c',
      changes: ['x'],
    });
  });

  it('is given up after a few attempts, within its deadline', async () => {
    const { stateStore, dynamoDb, clock } = storesAnswered();
    const outcome = clock.run(stateStore.readHead({ consistency: 'strong', signal }));
    await expect(outcome).rejects.toMatchObject({ code: 'store-unavailable', reason: 'timeout' });
    expect(dynamoDb.asked.length).toBeLessThanOrEqual(3);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(3_000);
  });

  it.each([
    ['AccessDeniedException', 'access-denied'],
    ['ResourceNotFoundException', 'table-missing'],
    ['ValidationException', 'misconfigured'],
  ])('is not tried again after %s, which stays', async (name, reason) => {
    const error = await readAnswered(failureAnswer(name), record);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error).toMatchObject({ reason });
    expect((error as Error).message).toContain('congress-state');
  });

  it('asks for a strong answer except of an eventual head', async () => {
    const empty: CannedAnswer = { status: 200, body: {} };
    const { stateStore, dynamoDb } = storesAnswered(...Array<CannedAnswer>(5).fill(empty));
    await stateStore.readHead({ consistency: 'eventual', signal });
    await stateStore.readHead({ consistency: 'strong', signal });
    await stateStore.readRecord(sequence(1), signal);
    await stateStore.readRecords({ after: sequence(0), limit: 5, signal });
    await stateStore.readPartition('policy', signal);
    expect(dynamoDb.asked.map(({ input }) => input.ConsistentRead)).toEqual([false, true, true, true, true]);
  });
});

describe('the settled head on DynamoDB', () => {
  const head = {
    seq: { N: '7' },
    commitId: { S: 'c' },
    committedAt: { N: '5' },
    writer: { S: 'w' },
    formatVersion: { N: '1' },
  };
  const found: CannedAnswer = { status: 200, body: { Responses: [{ Item: head }] } };

  it('waits while a commit is under way', async () => {
    const busy = cancelled('TransactionConflict');
    const { stateStore, dynamoDb, clock } = storesAnswered(busy, busy, busy, busy, busy, busy, found);
    const read = clock.run(stateStore.readHead({ consistency: 'settled', signal }));
    expect(await read).toMatchObject({ sequence: 7, commitId: 'c' });
    expect(new Set(dynamoDb.asked.map(({ operation }) => operation))).toEqual(new Set(['TransactGetItems']));
  });

  it('is given up when commits never cease', async () => {
    const { stateStore, clock } = storesAnswered(
      ...Array<CannedAnswer>(100).fill(cancelled('TransactionConflict')),
    );
    const read = clock.run(stateStore.readHead({ consistency: 'settled', signal }));
    await expect(read).rejects.toMatchObject({ code: 'store-unavailable', reason: 'throttled' });
  });

  it('is tried again when it was throttled', async () => {
    const { stateStore, clock } = storesAnswered(cancelled('ThrottlingError'), found);
    expect(await clock.run(stateStore.readHead({ consistency: 'settled', signal }))).toMatchObject({
      sequence: 7,
    });
  });
});

describe('a batch on DynamoDB', () => {
  it('sends again what was left unprocessed, until nothing is left', async () => {
    const left = (...ids: readonly string[]): CannedAnswer => ({
      status: 200,
      body: {
        UnprocessedItems: {
          'congress-state': ids.map((id) => ({
            DeleteRequest: { Key: { pk: { S: 'policy' }, sk: { S: id } } },
          })),
        },
      },
    });
    const { stateStore, dynamoDb, clock } = storesAnswered(left('b', 'c'), left('c'), left());
    const writes = ['a', 'b', 'c'].map(
      (id) => ({ kind: 'delete', key: { partition: 'policy', id } }) as const,
    );
    await clock.run(stateStore.writeDetached(writes, signal));
    const sent = dynamoDb.asked.map(({ input }) => input.RequestItems as { 'congress-state': unknown[] });
    expect(sent.map((items) => items['congress-state'].length)).toEqual([3, 2, 1]);
  });
});

describe('the tables', () => {
  const environment = process.env;

  beforeEach(() => {
    process.env = { ...environment, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  });

  afterEach(() => {
    process.env = environment;
  });

  it('are not created against AWS: what is missing is named', async () => {
    const dynamoDb = new CannedDynamoDb(
      { status: 200, body: {} },
      failureAnswer('ResourceNotFoundException'),
    );
    const stores = openDynamoDbStores({
      connection: {
        region: 'eu-central-1',
        endpoint: 'https://dynamodb.eu-central-1.amazonaws.com',
        requestHandler: dynamoDb as never,
      },
      clock: new ManualClock(),
      random: new SeededRandom(7),
    });
    const error = await stores.ensureTables(signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TableMissing);
    expect(error).toMatchObject({ table: 'congress-rows' });
    expect(dynamoDb.asked.map(({ operation }) => operation)).toEqual(['GetItem', 'GetItem']);
  });
});

function broken(code: string, syscall: string): CannedAnswer {
  return { error: Object.assign(new Error(`${syscall} ${code}`), { code, syscall }) };
}
