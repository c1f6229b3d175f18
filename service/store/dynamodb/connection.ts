import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isLocalEndpoint } from './local-endpoint.ts';

/** Where DynamoDB is and how long it may take. */
export interface ConnectionOptions {
  readonly region: string;
  /** Absent for AWS itself. */
  readonly endpoint?: string;
  /** Hosts besides the loopback ones whose DynamoDB is a local one. */
  readonly localHosts?: readonly string[];
  /** Until a connection is there, in milliseconds; default 500. */
  readonly connectionTimeoutMs?: number;
  /** Sockets kept open and used at a time; default 16. */
  readonly socketsMax?: number;
  /** Replaces the HTTP layer; for tests. */
  readonly requestHandler?: NonNullable<DynamoDBClientConfig['requestHandler']>;
}

/**
 * A document client without retries and time limits of its own: those are ours (`request-sender.ts`,
 * `wrappers/retry.ts`), so that a deadline means what it says. Sockets are kept alive: a poll each half second
 * keeps them warm, which helps when new connections fail. Against a local endpoint it signs with made-up
 * credentials, so neither profile nor instance metadata is looked for.
 */
export function connect(options: ConnectionOptions): DynamoDBDocumentClient {
  const agent = { keepAlive: true, maxSockets: options.socketsMax ?? 16 };
  const client = new DynamoDBClient({
    region: options.region,
    maxAttempts: 1,
    requestHandler: options.requestHandler ?? {
      connectionTimeout: options.connectionTimeoutMs ?? 500,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(isLocalEndpoint(options.endpoint, options.localHosts ?? []) ? { credentials: madeUp } : {}),
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** DynamoDB Local takes any, made of letters and digits. */
const madeUp = { accessKeyId: 'local', secretAccessKey: 'local' };
