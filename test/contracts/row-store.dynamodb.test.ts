import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { connect } from '../../service/store/dynamodb/connection.ts';
import { chunkKey } from '../../service/store/dynamodb/dynamodb-row-store.ts';
import { pairsOnDynamoDbLocal } from './dynamodb-pairs.ts';
import { describeRowStore } from './row-store-suite.ts';

const pairs = pairsOnDynamoDbLocal();

describeRowStore('DynamoDbRowStore', {
  async open() {
    const { first, second, endpoint, prefix } = await pairs.open();
    const client = connect({ region: 'local', endpoint });
    return {
      store: first.rowStore,
      other: second.rowStore,
      async drop(key, count) {
        await client.send(new DeleteCommand({ TableName: `${prefix}-rows`, Key: chunkKey(key, count - 1) }));
      },
    };
  },
  unreachable: () => pairs.unreachable().rowStore,
});
