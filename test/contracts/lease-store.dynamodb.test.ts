import type { DynamoDbLocal } from '../../scripts/dynamodb-local.ts';
import type { OpenStores } from '../../service/store/dynamodb/open-stores.ts';
import { dynamoDbLocalForTests, freePort } from '../support/dynamodb-local.ts';
import { openTestStores } from '../support/dynamodb-stores.ts';
import { describeLeaseStore } from './lease-store-suite.ts';

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

describeLeaseStore('DynamoDbLeaseStore', {
  async open() {
    tests += 1;
    const prefix = `test-${tests}`;
    const [first, second] = [open(prefix), open(prefix)];
    await first.ensureTables(new AbortController().signal);
    return { leases: first.leaseStore, other: second.leaseStore, state: first.stateStore };
  },
  unreachable: () => open('nowhere', nowhere).leaseStore,
});

function open(prefix: string, endpoint = database?.endpoint ?? ''): OpenStores {
  const stores = openTestStores({ endpoint, prefix });
  opened.push(stores);
  return stores;
}
