import type { DynamoDbLocal } from '../../scripts/dynamodb-local.ts';
import type { OpenStores } from '../../service/store/dynamodb/open-stores.ts';
import { dynamoDbLocalForTests, freePort } from '../support/dynamodb-local.ts';
import { openTestStores } from '../support/dynamodb-stores.ts';

/** Two ways to the same new tables, as two replicas have them. */
interface StorePair {
  readonly first: OpenStores;
  readonly second: OpenStores;
  readonly endpoint: string;
  /** Of the names of the tables. */
  readonly prefix: string;
}

/** See {@link pairsOnDynamoDbLocal}. */
interface StorePairs {
  /** For one test; closed after it. */
  open(): Promise<StorePair>;
  /** Stores at an address where nobody listens; closed after the test. */
  unreachable(): OpenStores;
}

/** A DynamoDB Local for all tests of a file, with tables of its own for each. Call it at the top of the file. */
export function pairsOnDynamoDbLocal(): StorePairs {
  let database: DynamoDbLocal | undefined;
  let nowhere = '';
  let opened: OpenStores[] = [];
  let tests = 0;
  const openAt = (endpoint: string, prefix: string): OpenStores => {
    const stores = openTestStores({ endpoint, prefix });
    opened.push(stores);
    return stores;
  };

  jest.setTimeout(30_000);
  beforeAll(async () => {
    database = await dynamoDbLocalForTests();
    nowhere = `http://127.0.0.1:${await freePort()}`;
  }, 60_000);
  afterEach(async () => {
    await Promise.all(opened.map((stores) => stores.close()));
    opened = [];
  });
  afterAll(() => database?.stop());

  return {
    async open() {
      tests += 1;
      const prefix = `test-${tests}`;
      const endpoint = database?.endpoint ?? '';
      const [first, second] = [openAt(endpoint, prefix), openAt(endpoint, prefix)];
      // At the same time, as replicas do that start together.
      await Promise.all([first, second].map((stores) => stores.ensureTables(new AbortController().signal)));
      return { first, second, endpoint, prefix };
    },
    unreachable: () => openAt(nowhere, 'nowhere'),
  };
}
