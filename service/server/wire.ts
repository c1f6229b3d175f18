import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { createApp } from '../api/app.ts';
import { type AuditLog, noAudit } from '../api/audit.ts';
import type { HttpClient } from '../api/auth/http-client.ts';
import type { Clock } from '../base/clock.ts';
import type { ReplicaId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import { driverCatalog } from '../datasources/driver-catalog.ts';
import { HostRules } from '../datasources/host-rules.ts';
import { Engine } from '../engine/engine.ts';
import type { Write } from '../policy/write.ts';
import { fillLibrary } from '../policy/writes/fill-library.ts';
import { Enforcer } from '../replication/enforcement/enforcer.ts';
import { type Replication, startReplication } from '../replication/start-replication.ts';
import type { Config } from './config.ts';
import { actionSender } from './data-sources/action-sender.ts';
import { DataSources } from './data-sources/data-sources.ts';
import { DiskFolder } from './disk-folder.ts';
import { fetchHttpClient } from './fetch-http-client.ts';
import { httpServer } from './http-server.ts';
import { libraryPoliciesIn } from './library-files.ts';
import { openStores, type Stores } from './open-stores.ts';
import { PendingReplica } from './pending-replica.ts';
import { type PrometheusMetrics, prometheusMetrics } from './prometheus-metrics.ts';
import { secretBoxOf } from './secret-box-of.ts';
import { startSecurity } from './security.ts';
import { Shutdown } from './shutdown.ts';
import { tablesReady } from './tables-ready.ts';

export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
  /** Where audit lines go; nowhere when absent. */
  readonly audit?: AuditLog;
  /** How identity providers are reached; Node's own client when absent. */
  readonly http?: HttpClient;
  /** The library policies that come with the server; null when there are none. */
  readonly libraryFolder: string | null;
}

/** A replica that listens. */
export interface RunningReplica {
  readonly port: number;
  readonly shutdown: Shutdown;
  /** Rejects when the replica cannot go on: a missing table, or a bug. Never resolves before the shutdown. */
  readonly failed: Promise<never>;
}

/**
 * Builds everything and listens; the one place that knows all modules. The port is open before the state is
 * loaded, so that /livez answers and /readyz gives the reason. Rejects when the port cannot be opened, and with
 * TokenFileUnusable.
 */
export async function startReplica(config: Config, ports: Ports): Promise<RunningReplica> {
  const { clock, random, logger, audit = noAudit, http = fetchHttpClient } = ports;
  const security = await startSecurity(config, { clock, logger, audit, http });
  const metrics = prometheusMetrics({ processMetrics: true });
  const stores = openStores(config, { ...ports, observer: metrics.store });
  const replica = new PendingReplica('waiting for the tables of the database');
  const stopping = new AbortController();
  const dataSources = dataSourcesOf(config, ports);
  let replication: Replication | null = null;
  let enforcer: Enforcer | null = null;

  const server = httpServer({
    config,
    random,
    listener: createApp({
      replica,
      system: () => replication?.system ?? null,
      drivers: driverCatalog,
      dataSources,
      enforcementMode: config.enforcement,
      clock,
      random,
      logger,
      metrics: metrics.http,
      isDraining: () => shutdown.isDraining(),
      security: security.api,
      settings: { ...config, version: ports.version },
    }),
  });
  const shutdown = new Shutdown({
    server,
    clock,
    logger,
    drainMs: config.drainMs,
    deadlineMs: config.shutdownDeadlineMs,
    stopReplica: async () => {
      stopping.abort();
      security.stop();
      await enforcer?.stop();
      await dataSources.stop();
      await replication?.stop();
    },
    closeStores: () => stores.close(),
  });

  const address = await listening(server, config);
  logger.info('listening', { host: address.address, port: address.port, version: ports.version });
  const run = async (): Promise<void> => {
    const ready = tablesReady({ stores, clock, logger, signal: stopping.signal, pending: replica });
    const patience = clock.sleep(snapshotPatienceMs, stopping.signal).catch(() => {});
    await (servesSnapshot(config) ? Promise.race([ready, patience]) : ready);
    if (stopping.signal.aborted) return;
    const firstWrites = await libraryWrites(config, ports);
    replication = begin(config, {
      ...ports,
      stores,
      metrics,
      firstWrites,
      address: `${hostname()}:${address.port}`,
    });
    replica.begin(replication.port);
    dataSources.begin(replication);
    enforcer = enforcing(config, { ...ports, replication, dataSources });
    await Promise.all([ready, replication.ended]);
  };
  return { port: address.port, shutdown, failed: onlyFailure(run()) };
}

/** How long a start waits for the database before it looks for a local snapshot. */
const snapshotPatienceMs = 2_000;

function servesSnapshot(config: Config): boolean {
  return config.snapshotFolder !== null && config.serveSnapshot;
}

function begin(
  config: Config,
  parts: Ports & {
    readonly stores: Stores;
    readonly metrics: PrometheusMetrics;
    readonly firstWrites: readonly Write<null>[];
    readonly address: string;
  },
): Replication {
  const { clock, random, logger, stores, metrics } = parts;
  return startReplication({
    identity: { address: parts.address, build: parts.version },
    replicaId: `${config.replicaName}/${random.uuid().slice(0, 8)}` as ReplicaId,
    stateStore: stores.stateStore,
    rowStore: stores.rowStore,
    leaseStore: stores.leaseStore,
    ...(config.snapshotFolder === null ? {} : { snapshotFolder: new DiskFolder(config.snapshotFolder) }),
    clock,
    random,
    logger,
    newEngine: () =>
      new Engine({
        evaluationMsMax: config.queryMsMax,
        rowsPerRelationMax: config.derivedRowsMax,
        materialisedRowsMax: config.heldRowsMax,
        monotonicMs: clock.monotonicMs,
      }),
    firstWrites: parts.firstWrites,
    metrics: metrics.replication,
    settings: {
      pollIntervalMs: config.pollIntervalMs,
      readWaitMs: config.readWaitMs,
      writeDeadlineMs: config.writeDeadlineMs,
      rulesPerPolicyMax: config.rulesPerPolicyMax,
      ruleLengthMax: config.ruleLengthMax,
      leaseDurationMs: config.leaseDurationMs,
      // One request in full, or two when the first fails at once.
      storeTimeoutMs: config.storeRequestTimeoutMs,
      commitTimeoutMs: config.storeRequestTimeoutMs,
      pullTimeoutMs: config.storeRequestTimeoutMs * 5,
      snapshotIntervalMs: config.snapshotIntervalMs,
      serveSnapshot: servesSnapshot(config),
      idempotencyTtlMs: config.idempotencyTtlHours * 3_600_000,
      recordPartsRetentionMs: (config.recordRetentionDays + 1) * 86_400_000,
    },
  });
}

async function libraryWrites(config: Config, ports: Ports): Promise<readonly Write<null>[]> {
  const folder = config.libraryPath ?? ports.libraryFolder;
  const policies = folder === null ? null : await libraryPoliciesIn(folder, ports);
  return policies === null ? [] : fillLibrary(policies);
}

function enforcing(
  config: Config,
  parts: Ports & { readonly replication: Replication; readonly dataSources: DataSources },
): Enforcer {
  const { live, port, leases } = parts.replication;
  const sender = actionSender(parts.dataSources);
  const enforcer = new Enforcer({ ...parts, live, port, leases, sender, modeMax: config.enforcement });
  enforcer.begin();
  return enforcer;
}

function dataSourcesOf(config: Config, ports: Ports): DataSources {
  const { hostsRefused: refused, hostsAllowed: allowed, polling } = config;
  return new DataSources({
    ...ports,
    drivers: driverCatalog,
    secrets: secretBoxOf(config),
    pollingDefault: polling,
    hosts: new HostRules({ refused, allowed }),
  });
}

function listening(server: ReturnType<typeof httpServer>, config: Config): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: config.host, port: config.port, backlog: 1_024 }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** The normal end is the business of the shutdown. */
function onlyFailure(run: Promise<void>): Promise<never> {
  return run.then(() => new Promise<never>(() => {}));
}
