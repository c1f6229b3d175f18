import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { readWaitMs, requestBodyBytesMax, rowsBodyBytesMax, writeDeadlineMs } from '../base/limits.ts';
import { authVariables } from './auth-variables.ts';
import {
  booleanVariable,
  type ConfigVariable,
  choiceVariable,
  textVariable,
  wholeNumberVariable,
} from './config-variable.ts';
import { dataSourceVariables } from './data-source-variables.ts';
import { limitVariables } from './limit-variables.ts';

const tableName = { allowed: '3 to 255 of `A-Z a-z 0-9 _ - .`', pattern: /^[A-Za-z0-9_.-]{3,255}$/ };
const megabyte = 1024 * 1024;

const endpoint: ConfigVariable<string> = {
  name: 'CONGRESS_DYNAMODB_ENDPOINT',
  description: 'URL of DynamoDB. Unset: AWS itself, in the region of `AWS_REGION`.',
  allowed: 'an http or https URL',
  fallback: null,
  schema: z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)),
};

const localHosts: ConfigVariable<readonly string[]> = {
  name: 'CONGRESS_DYNAMODB_LOCAL_HOSTS',
  description:
    'Hosts besides the loopback addresses whose DynamoDB is a local one: tables are created there and made-up credentials sent.',
  allowed: 'host names separated by commas',
  fallback: null,
  schema: z
    .string()
    .regex(/^[A-Za-z0-9._-]+(,[A-Za-z0-9._-]+)*$/)
    .transform((text) => text.split(',')),
};

const trustProxy: ConfigVariable<boolean | readonly string[]> = {
  name: 'CONGRESS_TRUST_PROXY',
  description:
    'Whose `X-Forwarded-Proto`, `-Host` and `-For` are believed, for links and for the address of clients. `true`: that of whoever connects, so only where nobody but a balancer can.',
  allowed: '`true`, `false`, or addresses and ranges (CIDR) separated by commas',
  fallback: 'false',
  schema: z
    .string()
    .refine((text) => ['true', 'false'].includes(text) || text.split(',').every(isAddressRange))
    .transform((text) => (['true', 'false'].includes(text) ? text === 'true' : text.split(','))),
};

function isAddressRange(text: string): boolean {
  return ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
}

/**
 * Every environment variable of a replica, in the order of docs/CONFIGURATION.md (which a test compares with this
 * table). AWS credentials are not here: the AWS SDK finds them by its own rules.
 */
export const configVariables = {
  host: textVariable({
    name: 'CONGRESS_HOST',
    description: 'Address to listen on.',
    allowed: 'an IP address or host name',
    fallback: '0.0.0.0',
    pattern: /^[A-Za-z0-9._:%-]{1,255}$/,
  }),
  port: wholeNumberVariable({
    name: 'CONGRESS_PORT',
    description: 'TCP port to listen on; 0 takes any free one.',
    fallback: '1789',
    unit: '',
    minimum: 0,
    maximum: 65_535,
  }),
  replicaName: textVariable({
    name: 'CONGRESS_REPLICA_NAME',
    description:
      'Name of this replica in logs, in /healthz and as the writer of change records. Unset: host and port.',
    allowed: '1 to 128 of `A-Z a-z 0-9 _ - . :`',
    fallback: null,
    pattern: /^[A-Za-z0-9_.:-]{1,128}$/,
  }),
  store: choiceVariable({
    name: 'CONGRESS_STORE',
    description:
      'Where the state is. `memory` is for trying out one single process: everything is gone when it ends.',
    fallback: 'dynamodb',
    choices: ['dynamodb', 'memory'],
  }),
  dynamodbEndpoint: endpoint,
  dynamodbLocalHosts: localHosts,
  awsRegion: textVariable({
    name: 'AWS_REGION',
    description:
      'Region of DynamoDB; `AWS_DEFAULT_REGION` is taken when it is unset. Required without `CONGRESS_DYNAMODB_ENDPOINT`.',
    allowed: 'the name of an AWS region, such as `eu-central-1`',
    fallback: null,
    pattern: /^[a-z0-9-]{1,40}$/,
  }),
  stateTable: textVariable({
    name: 'CONGRESS_STATE_TABLE',
    description: 'DynamoDB table of the change sequence, change records and entities.',
    fallback: 'congress-state',
    ...tableName,
  }),
  rowsTable: textVariable({
    name: 'CONGRESS_ROWS_TABLE',
    description: 'DynamoDB table of row chunks.',
    fallback: 'congress-rows',
    ...tableName,
  }),
  createTables: choiceVariable({
    name: 'CONGRESS_CREATE_TABLES',
    description:
      '`auto` creates missing tables against a local endpoint, never against AWS; `false` never does.',
    fallback: 'auto',
    choices: ['auto', 'false'],
  }),
  pollIntervalMs: wholeNumberVariable({
    name: 'CONGRESS_POLL_INTERVAL_MS',
    description: 'Time between two looks at the change sequence: how old a `bounded` answer may be.',
    fallback: '500',
    unit: 'milliseconds',
    minimum: 10,
    maximum: 60_000,
  }),
  readWaitMs: wholeNumberVariable({
    name: 'CONGRESS_READ_WAIT_MS',
    description: 'How long a read may wait for the consistency it asks for.',
    fallback: String(readWaitMs),
    unit: 'milliseconds',
    minimum: 10,
    maximum: 60_000,
  }),
  writeDeadlineMs: wholeNumberVariable({
    name: 'CONGRESS_WRITE_DEADLINE_MS',
    description: 'How long a write may take before it is answered with 503.',
    fallback: String(writeDeadlineMs),
    unit: 'milliseconds',
    minimum: 10,
    maximum: 60_000,
  }),
  storeRequestTimeoutMs: wholeNumberVariable({
    name: 'CONGRESS_STORE_REQUEST_TIMEOUT_MS',
    description:
      'How long one request to the database may take. After that reads are answered from memory, marked stale, and the outcome of a commit is looked up.',
    fallback: '1000',
    unit: 'milliseconds',
    minimum: 50,
    maximum: 30_000,
  }),
  leaseDurationMs: wholeNumberVariable({
    name: 'CONGRESS_LEASE_DURATION_MS',
    description:
      'How long a replica that polls or acts for all must have been silent before another takes its place.',
    fallback: '8000',
    unit: 'milliseconds',
    minimum: 1_000,
    maximum: 600_000,
  }),
  snapshotFolder: textVariable({
    name: 'CONGRESS_SNAPSHOT_FOLDER',
    description:
      'Folder of this replica alone in which it keeps what it has applied, for starts while the database is away. Unset: nothing is kept.',
    allowed: 'an absolute path',
    fallback: null,
    pattern: /^\/.{1,1000}$/,
  }),
  snapshotIntervalMs: wholeNumberVariable({
    name: 'CONGRESS_SNAPSHOT_INTERVAL_MS',
    description: 'Time between two snapshots while something changes. One more is written at a clean stop.',
    fallback: '60000',
    unit: 'milliseconds',
    minimum: 100,
    maximum: 86_400_000,
  }),
  serveSnapshot: booleanVariable({
    name: 'CONGRESS_SERVE_SNAPSHOT',
    description:
      'Serve the snapshot, marked stale, when the database does not answer at the start. Needs `CONGRESS_SNAPSHOT_FOLDER`.',
    fallback: 'false',
  }),
  recordRetentionDays: wholeNumberVariable({
    name: 'CONGRESS_RECORD_RETENTION_DAYS',
    description:
      'How long change records are kept. A replica that was away for longer loads everything anew.',
    fallback: '30',
    unit: 'days',
    minimum: 1,
    maximum: 3_650,
  }),
  idempotencyTtlHours: wholeNumberVariable({
    name: 'CONGRESS_IDEMPOTENCY_TTL_HOURS',
    description: 'How long the answer to an Idempotency-Key is remembered.',
    fallback: '24',
    unit: 'hours',
    minimum: 1,
    maximum: 720,
  }),
  requestBodyBytesMax: wholeNumberVariable({
    name: 'CONGRESS_REQUEST_BODY_BYTES_MAX',
    description: 'Longest body of any request but rows; longer ones are answered with 413.',
    fallback: String(requestBodyBytesMax),
    unit: 'bytes',
    minimum: 1_024,
    maximum: 64 * megabyte,
  }),
  rowsBodyBytesMax: wholeNumberVariable({
    name: 'CONGRESS_ROWS_BODY_BYTES_MAX',
    description: 'Longest body of a PUT rows request; longer ones are answered with 413.',
    fallback: String(rowsBodyBytesMax),
    unit: 'bytes',
    minimum: 1_024,
    maximum: 500 * megabyte,
  }),
  libraryPath: textVariable({
    name: 'CONGRESS_LIBRARY_PATH',
    description:
      'Folder of YAML files that fill the policy library, once in the life of a database, by whichever replica starts first. Unset: the policies that come with the server.',
    allowed: 'a path',
    fallback: null,
    pattern: /^[^\0]{1,4096}$/,
  }),
  trustProxy,
  keepAliveMs: wholeNumberVariable({
    name: 'CONGRESS_KEEP_ALIVE_MS',
    description:
      'How long an idle connection is kept open. Longer than the idle timeout of the balancer (ALB: 60 s).',
    fallback: '75000',
    unit: 'milliseconds',
    minimum: 1_000,
    maximum: 3_600_000,
  }),
  requestTimeoutMs: wholeNumberVariable({
    name: 'CONGRESS_REQUEST_TIMEOUT_MS',
    description: 'How long a client may take to send a whole request.',
    fallback: '300000',
    unit: 'milliseconds',
    minimum: 1_000,
    maximum: 3_600_000,
  }),
  drainMs: wholeNumberVariable({
    name: 'CONGRESS_DRAIN_MS',
    description:
      'How long to go on serving after SIGTERM, with /readyz at 503, so that the balancer stops sending before the port closes.',
    fallback: '8000',
    unit: 'milliseconds',
    minimum: 0,
    maximum: 600_000,
  }),
  shutdownDeadlineMs: wholeNumberVariable({
    name: 'CONGRESS_SHUTDOWN_DEADLINE_MS',
    description:
      'The process has ended this long after SIGTERM, finished or not. Longer than `CONGRESS_DRAIN_MS`.',
    fallback: '25000',
    unit: 'milliseconds',
    minimum: 100,
    maximum: 900_000,
  }),
  ...authVariables,
  ...limitVariables,
  ...dataSourceVariables,
  logLevel: choiceVariable({
    name: 'CONGRESS_LOG_LEVEL',
    description: 'Least important lines that are logged.',
    fallback: 'info',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
  }),
} as const;
