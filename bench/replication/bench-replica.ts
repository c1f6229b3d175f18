import type { ReplicaId } from '../../service/base/ids.ts';
import { silentLogger } from '../../service/base/logger.ts';
import { Engine } from '../../service/engine/engine.ts';
import { type Replication, startReplication } from '../../service/replication/start-replication.ts';
import { systemClock } from '../../service/server/system-clock.ts';
import { systemRandom } from '../../service/server/system-random.ts';
import { openDynamoDbStores } from '../../service/store/dynamodb/open-stores.ts';

/** Read and write units that DynamoDB billed. */
export interface Units {
  read: number;
  write: number;
}

/** A replica on DynamoDB Local in this process. */
export interface BenchReplica {
  readonly replication: Replication;
  /** Billed since the start. */
  readonly units: Units;
  stop(): Promise<void>;
}

/** `prefix` of the tables. Resolves when it is ready. */
export async function startBenchReplica(endpoint: string, prefix: string): Promise<BenchReplica> {
  const units: Units = { read: 0, write: 0 };
  const stores = openDynamoDbStores({
    connection: { region: 'local', endpoint, socketsMax: 64 },
    tables: { state: `${prefix}-state`, rows: `${prefix}-rows` },
    clock: systemClock,
    random: systemRandom,
    requestTimeoutMs: 30_000,
    observer: {
      called() {},
      consumed: ({ readUnits, writeUnits }) => {
        units.read += readUnits;
        units.write += writeUnits;
      },
    },
  });
  await stores.ensureTables(new AbortController().signal);
  const replication = startReplication({
    replicaId: `bench/${systemRandom.uuid().slice(0, 8)}` as ReplicaId,
    ...stores,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    newEngine: () => new Engine(),
    settings: {
      storeTimeoutMs: 30_000,
      commitTimeoutMs: 30_000,
      pullTimeoutMs: 60_000,
      writeDeadlineMs: 120_000,
      bulkWriteDeadlineMs: 600_000,
      readWaitMs: 60_000,
    },
  });
  while (!replication.port.health().ready) await systemClock.sleep(5);
  const stop = async (): Promise<void> => {
    await replication.stop();
    await stores.close();
  };
  return { replication, units, stop };
}
