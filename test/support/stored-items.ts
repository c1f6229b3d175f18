import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { defaultTableNames } from '../../service/store/dynamodb/tables.ts';

/** Partition and sort keys of all items of the state table, read around the server. */
async function storedKeys(
  endpoint: string,
): Promise<readonly { readonly pk: string; readonly sk: string }[]> {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const keys: { readonly pk: string; readonly sk: string }[] = [];
    let from: Awaited<ReturnType<typeof scan>>['LastEvaluatedKey'];
    do {
      const page = await scan(client, from);
      for (const item of page.Items ?? []) keys.push({ pk: item.pk?.S ?? '', sk: item.sk?.S ?? '' });
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return keys;
  } finally {
    client.destroy();
  }
}

/** Rules whose policy is not stored, as `pk sk` (docs/ARCHITECTURE.md, "Durable state"). */
export async function orphanedRules(endpoint: string): Promise<readonly string[]> {
  const keys = await storedKeys(endpoint);
  const policies = new Set(keys.filter(({ pk }) => pk === 'policy').map(({ sk }) => sk));
  return keys
    .filter(({ pk }) => pk.startsWith('rules#') && !policies.has(pk.split('#')[1] ?? ''))
    .map(({ pk, sk }) => `${pk} ${sk}`);
}

/** Sequences of the stored change records, in order. */
export async function storedSequences(endpoint: string): Promise<readonly number[]> {
  const keys = await storedKeys(endpoint);
  return keys
    .filter(({ pk }) => pk === 'change')
    .map(({ sk }) => Number(sk))
    .sort((a, b) => a - b);
}

function scan(client: DynamoDBClient, from: Record<string, never> | undefined | object) {
  return client.send(
    new ScanCommand({
      TableName: defaultTableNames.state,
      ConsistentRead: true,
      ProjectionExpression: 'pk, sk',
      ...(from === undefined ? {} : { ExclusiveStartKey: from as Record<string, never> }),
    }),
  );
}
