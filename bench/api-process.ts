import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import express from 'express';
import { noSecurity } from '../service/api/api-security.ts';
import { createApp } from '../service/api/app.ts';
import { silentHttpMetrics } from '../service/api/http-metrics.ts';
import type { ReplicaId } from '../service/base/ids.ts';
import { silentLogger } from '../service/base/logger.ts';
import { driverCatalog } from '../service/datasources/driver-catalog.ts';
import { HostRules } from '../service/datasources/host-rules.ts';
import { KeyRing } from '../service/datasources/secrets/key-ring.ts';
import { Engine } from '../service/engine/engine.ts';
import { startReplication } from '../service/replication/start-replication.ts';
import { DataSources } from '../service/server/data-sources/data-sources.ts';
import { systemClock } from '../service/server/system-clock.ts';
import { systemRandom } from '../service/server/system-random.ts';
import { MemoryRowStore } from '../service/store/memory/memory-row-store.ts';
import { MemoryStateStore } from '../service/store/memory/memory-state-store.ts';

/**
 * One process for the API benchmark: a replica on the memory store, and beside it a bare Express handler that
 * answers every path with bytes it was given. Parent and child talk over the process channel.
 */
interface Asked {
  readonly ask: 'bare' | 'memory' | 'loop';
  readonly body?: string;
}

const stateStore = new MemoryStateStore();
const replication = startReplication({
  replicaId: 'bench' as ReplicaId,
  stateStore,
  rowStore: new MemoryRowStore(),
  leaseStore: stateStore.leases,
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
  newEngine: () => new Engine(),
});
while (!replication.port.health().ready) await new Promise((resolve) => setTimeout(resolve, 10));

const app = createApp({
  replica: replication.port,
  system: () => replication.system,
  drivers: driverCatalog,
  dataSources: new DataSources({
    drivers: driverCatalog,
    secrets: new KeyRing([{ id: 'bench', key: Buffer.alloc(32, 7) }]),
    pollingDefault: 'every-replica',
    hosts: new HostRules(),
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  }),
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
  metrics: silentHttpMetrics,
  isDraining: () => false,
  enforcementMode: 'off',
  security: noSecurity,
  settings: {
    replicaName: 'bench',
    version: '0',
    requestBodyBytesMax: 4 * 1024 * 1024,
    rowsBodyBytesMax: 256 * 1024 * 1024,
    trustProxy: false,
  },
});

let bareBody = Buffer.from('');
const bare = express();
bare.disable('x-powered-by');
bare.disable('etag');
bare.use((_, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': String(bareBody.length) });
  response.end(bareBody);
});

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

process.on('message', ({ ask, body }: Asked) => {
  if (ask === 'bare') bareBody = Buffer.from(body ?? '');
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ rssBytes: rss, heapBytes: heapUsed, loopDelayMsMax: delay.max / 1e6 });
  delay.reset();
});

const ports = await Promise.all([listening(createServer(app)), listening(createServer(bare))]);
process.send?.({ ports });

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
