import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { connect } from '../../service/store/dynamodb/connection.ts';
import { recordKey } from '../../service/store/dynamodb/items.ts';
import { pairsOnDynamoDbLocal } from './dynamodb-pairs.ts';
import { describeStateStore } from './state-store-suite.ts';

const pairs = pairsOnDynamoDbLocal();

describeStateStore('DynamoDbStateStore', {
  async open() {
    const { first, second, endpoint, prefix } = await pairs.open();
    const client = connect({ region: 'local', endpoint });
    return {
      store: first.stateStore,
      other: second.stateStore,
      async trim(sequence) {
        await client.send(new DeleteCommand({ TableName: `${prefix}-state`, Key: recordKey(sequence) }));
      },
    };
  },
  unreachable: () => pairs.unreachable().stateStore,
});
