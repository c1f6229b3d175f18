import { type OpenStores, openDynamoDbStores } from '../../service/store/dynamodb/open-stores.ts';
import type { StoreObserver } from '../../service/store/store-observer.ts';
import { realClock } from './real-clock.ts';
import { SeededRandom } from './seeded-random.ts';

export interface TestStoresOptions {
  readonly endpoint: string;
  /** Of the names of the tables. */
  readonly prefix: string;
  readonly observer?: StoreObserver;
  /** Default 5000: the database shares the machine with the other tests. */
  readonly requestTimeoutMs?: number;
}

/** Both stores on DynamoDB Local, as a replica opens them. */
export function openTestStores(options: TestStoresOptions): OpenStores {
  const { endpoint, prefix, observer, requestTimeoutMs = 5_000 } = options;
  return openDynamoDbStores({
    connection: { region: 'local', endpoint },
    tables: { state: `${prefix}-state`, rows: `${prefix}-rows` },
    clock: realClock,
    random: new SeededRandom(1),
    requestTimeoutMs,
    ...(observer === undefined ? {} : { observer }),
  });
}
