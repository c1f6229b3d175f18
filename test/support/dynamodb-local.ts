import { createServer } from 'node:net';
import { type DynamoDbLocal, startDynamoDbLocal } from '../../scripts/dynamodb-local.ts';

/** Starts a DynamoDB Local for one test file, on a free port. Stop it in `afterAll`. */
export async function dynamoDbLocalForTests(): Promise<DynamoDbLocal> {
  return startDynamoDbLocal(await freePort());
}

/** A port of the loopback interface on which nobody listens at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
