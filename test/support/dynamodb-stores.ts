import { type OpenStores, openDynamoDbStores } from '../../service/store/dynamodb/open-stores.ts';
import type { StoreObserver } from '../../service/store/store-observer.ts';
import { realClock } from './real-clock.ts';
import { SeededRandom } from './seeded-random.ts';

/** Both stores on DynamoDB Local, as a replica opens them. Tables are named after `prefix`. */
export function openTestStores(endpoint: string, prefix: string, observer?: StoreObserver): OpenStores {
  return openDynamoDbStores({
    connection: { region: 'local', endpoint },
    tables: { state: `${prefix}-state`, rows: `${prefix}-rows` },
    clock: realClock,
    random: new SeededRandom(1),
    ...(observer === undefined ? {} : { observer }),
  });
}
