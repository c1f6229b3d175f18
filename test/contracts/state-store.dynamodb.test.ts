import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDbLocal } from '../../scripts/dynamodb-local.ts';
import { connect } from '../../service/store/dynamodb/connection.ts';
import { recordKey } from '../../service/store/dynamodb/items.ts';
import type { OpenStores } from '../../service/store/dynamodb/open-stores.ts';
import { dynamoDbLocalForTests, freePort } from '../support/dynamodb-local.ts';
import { openTestStores } from '../support/dynamodb-stores.ts';
import { describeStateStore } from './state-store-suite.ts';

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

describeStateStore('DynamoDbStateStore', {
  async open() {
    tests += 1;
    const prefix = `test-${tests}`;
    const endpoint = database?.endpoint ?? '';
    const [first, second] = [open(endpoint, prefix), open(endpoint, prefix)];
    await Promise.all([first, second].map((stores) => stores.ensureTables(new AbortController().signal)));
    const client = connect({ region: 'local', endpoint });
    return {
      store: first.stateStore,
      other: second.stateStore,
      async trim(sequence) {
        await client.send(new DeleteCommand({ TableName: `${prefix}-state`, Key: recordKey(sequence) }));
      },
    };
  },
  unreachable: () => open(nowhere, 'nowhere').stateStore,
});

function open(endpoint: string, prefix: string): OpenStores {
  const stores = openTestStores({ endpoint, prefix });
  opened.push(stores);
  return stores;
}
