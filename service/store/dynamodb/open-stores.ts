import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { LeaseStore } from '../lease-store.ts';
import type { RowStore } from '../row-store.ts';
import type { StateStore } from '../state-store.ts';
import type { StoreObserver } from '../store-observer.ts';
import { MeasuredLeaseStore } from '../wrappers/measured-lease-store.ts';
import { MeasuredRowStore } from '../wrappers/measured-row-store.ts';
import { MeasuredStateStore } from '../wrappers/measured-state-store.ts';
import { defaultRetryPolicy, type RetryPolicy } from '../wrappers/retry.ts';
import { RetryingLeaseStore } from '../wrappers/retrying-lease-store.ts';
import { RetryingRowStore } from '../wrappers/retrying-row-store.ts';
import { RetryingStateStore } from '../wrappers/retrying-state-store.ts';
import { type ConnectionOptions, connect } from './connection.ts';
import { DynamoDbLeaseStore } from './dynamodb-lease-store.ts';
import { DynamoDbRowStore } from './dynamodb-row-store.ts';
import { DynamoDbStateStore } from './dynamodb-state-store.ts';
import { ensureTables } from './ensure-tables.ts';
import type { Gzip } from './gzip.ts';
import { isLocalEndpoint } from './local-endpoint.ts';
import { RequestSender } from './request-sender.ts';
import { defaultTableNames, type TableNames } from './tables.ts';

export interface OpenStoresOptions extends StoresOptions {
  readonly connection: ConnectionOptions;
}

/** Everything but the way to DynamoDB. */
interface StoresOptions {
  /** Default `congress-state` and `congress-rows`. */
  readonly tables?: TableNames;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer?: StoreObserver;
  /** Of one request, in milliseconds; default 1000. */
  readonly requestTimeoutMs?: number;
  readonly retryPolicy?: RetryPolicy;
  /** Time to live of change records in milliseconds; default 30 days. */
  readonly recordRetentionMs?: number;
  /** Default: in Node's thread pool. */
  readonly gzip?: Gzip;
}

/** All stores on one connection. */
export interface OpenStores {
  readonly stateStore: StateStore;
  readonly rowStore: RowStore;
  readonly leaseStore: LeaseStore;
  /** Creates missing tables against a local endpoint; elsewhere rejects with TableMissing (`ensure-tables.ts`). */
  ensureTables(signal: AbortSignal): Promise<void>;
  /** Closes the connection, and with it the stores. */
  close(): Promise<void>;
}

/**
 * The DynamoDB stores as a replica uses them: with retries around idempotent calls and, where there is an
 * observer, measured. Sends nothing yet.
 */
export function openDynamoDbStores(options: OpenStoresOptions): OpenStores {
  const { connection } = options;
  const create = isLocalEndpoint(connection.endpoint, connection.localHosts ?? []);
  return openStoresOn(connect(connection), { ...options, create });
}

/** The same on a client that is there already; `create`: missing tables are created. */
export function openStoresOn(
  client: DynamoDBDocumentClient,
  options: StoresOptions & { readonly create: boolean },
): OpenStores {
  const { clock, random, observer, create } = options;
  const tables = options.tables ?? defaultTableNames;
  const sender = new RequestSender({
    client,
    clock,
    ...(options.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: options.requestTimeoutMs }),
    ...(observer === undefined ? {} : { observer }),
  });
  const ports = { clock, random, policy: options.retryPolicy ?? defaultRetryPolicy };
  const state = new DynamoDbStateStore({
    table: tables.state,
    sender,
    ports,
    ...(options.recordRetentionMs === undefined ? {} : { recordRetentionMs: options.recordRetentionMs }),
    ...(options.gzip === undefined ? {} : { gzip: options.gzip }),
  });
  const stateStore = new RetryingStateStore(state, ports);
  const rowStore = new RetryingRowStore(new DynamoDbRowStore({ table: tables.rows, sender, ports }), ports);
  const leases = new DynamoDbLeaseStore({ table: tables.state, sender, ports });
  const leaseStore = new RetryingLeaseStore(leases, ports);
  return {
    stateStore: observer === undefined ? stateStore : new MeasuredStateStore(stateStore, { clock, observer }),
    rowStore: observer === undefined ? rowStore : new MeasuredRowStore(rowStore, { clock, observer }),
    leaseStore: observer === undefined ? leaseStore : new MeasuredLeaseStore(leaseStore, { clock, observer }),
    ensureTables: (signal) => {
      const patient = new RequestSender({ client, clock, requestTimeoutMs: 10_000 });
      return ensureTables({ tables, create, sender: patient, clock, random, signal });
    },
    close: async () => sender.close(),
  };
}
