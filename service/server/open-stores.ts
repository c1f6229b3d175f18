import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { openDynamoDbStores } from '../store/dynamodb/open-stores.ts';
import type { LeaseStore } from '../store/lease-store.ts';
import { MemoryRowStore } from '../store/memory/memory-row-store.ts';
import { MemoryStateStore } from '../store/memory/memory-state-store.ts';
import type { RowStore } from '../store/row-store.ts';
import type { StateStore } from '../store/state-store.ts';
import type { StoreObserver } from '../store/store-observer.ts';
import type { Config } from './config.ts';

const dayMs = 86_400_000;

export interface Stores {
  readonly stateStore: StateStore;
  readonly rowStore: RowStore;
  readonly leaseStore: LeaseStore;
  /** Rejects with TableMissing, StoreUnavailable. */
  ensureTables(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

interface StorePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: StoreObserver;
}

/** The stores that the configuration asks for. Sends nothing yet. */
export function openStores(config: Config, ports: StorePorts): Stores {
  return config.store === 'memory' ? memoryStores(config) : dynamoDbStores(config, ports);
}

function memoryStores(config: Config): Stores {
  const stateStore = new MemoryStateStore({ recordRetentionMs: config.recordRetentionDays * dayMs });
  const rowStore = new MemoryRowStore();
  return {
    stateStore,
    rowStore,
    leaseStore: stateStore.leases,
    ensureTables: async () => {},
    close: async () => {},
  };
}

function dynamoDbStores(config: Config, ports: StorePorts): Stores {
  const stores = openDynamoDbStores({
    connection: {
      region: config.awsRegion,
      localHosts: config.dynamodbLocalHosts,
      ...(config.dynamodbEndpoint === null ? {} : { endpoint: config.dynamodbEndpoint }),
    },
    tables: { state: config.stateTable, rows: config.rowsTable },
    clock: ports.clock,
    random: ports.random,
    observer: ports.observer,
    requestTimeoutMs: config.storeRequestTimeoutMs,
    recordRetentionMs: config.recordRetentionDays * dayMs,
  });
  return config.createTables === 'auto' ? stores : { ...stores, ensureTables: async () => {} };
}
