import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** The two tables that all replicas share (ARCHITECTURE section 2). */
export interface TableNames {
  /** Head, change log, entities. */
  readonly state: string;
  /** Row chunks. */
  readonly rows: string;
}

export const defaultTableNames: TableNames = { state: 'congress-state', rows: 'congress-rows' };

/** Attribute with the time to live of an item, in epoch seconds, on both tables. */
export const expiryAttribute = 'expiresAt';

/** How either table is made: string keys `pk` and `sk`, on demand. */
export function tableDefinition(table: string): CreateTableCommandInput {
  return {
    TableName: table,
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  };
}
