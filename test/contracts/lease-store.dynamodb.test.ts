import { pairsOnDynamoDbLocal } from './dynamodb-pairs.ts';
import { describeLeaseStore } from './lease-store-suite.ts';

const pairs = pairsOnDynamoDbLocal();

describeLeaseStore('DynamoDbLeaseStore', {
  async open() {
    const { first, second } = await pairs.open();
    return { leases: first.leaseStore, other: second.leaseStore, state: first.stateStore };
  },
  unreachable: () => pairs.unreachable().leaseStore,
});
