import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDbLocal } from '../../scripts/dynamodb-local.ts';
import { connect } from '../../service/store/dynamodb/connection.ts';
import { chunkKey } from '../../service/store/dynamodb/dynamodb-row-store.ts';
import type { OpenStores } from '../../service/store/dynamodb/open-stores.ts';
import { dynamoDbLocalForTests, freePort } from '../support/dynamodb-local.ts';
import { openTestStores } from '../support/dynamodb-stores.ts';
import { describeRowStore } from './row-store-suite.ts';

let database: DynamoDbLocal | undefined;
let nowhere: string;
let opened: OpenStores[] = [];
let tests = 0;

beforeAll(async () => {
  database = await dynamoDbLocalForTests();
  nowhere = `http://127.0.0.1:${await freePort()}`;
}, 60_000);

afterEach(async () => {
  await Promise.all(opened.map((stores) => stores.close()));
  opened = [];
});

afterAll(() => database?.stop());

jest.setTimeout(30_000);

describeRowStore('DynamoDbRowStore', {
  async open() {
    tests += 1;
    const prefix = `test-${tests}`;
    const endpoint = database?.endpoint ?? '';
    const [first, second] = [open(endpoint, prefix), open(endpoint, prefix)];
    await first.ensureTables(new AbortController().signal);
    const client = connect({ region: 'local', endpoint });
    return {
      store: first.rowStore,
      other: second.rowStore,
      async drop(key, count) {
        await client.send(new DeleteCommand({ TableName: `${prefix}-rows`, Key: chunkKey(key, count - 1) }));
      },
    };
  },
  unreachable: () => open(nowhere, 'nowhere').rowStore,
});

function open(endpoint: string, prefix: string): OpenStores {
  const stores = openTestStores({ endpoint, prefix });
  opened.push(stores);
  return stores;
}
