import { type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiContext } from '../../service/api/api-context.ts';
import { noSecurity } from '../../service/api/api-security.ts';
import { createApp } from '../../service/api/app.ts';
import { silentHttpMetrics } from '../../service/api/http-metrics.ts';
import type { ReplicaId } from '../../service/base/ids.ts';
import { type LogFields, type Logger, silentLogger } from '../../service/base/logger.ts';
import type { Driver } from '../../service/datasources/driver.ts';
import { driverCatalog } from '../../service/datasources/driver-catalog.ts';
import { HostRules } from '../../service/datasources/host-rules.ts';
import { KeyRing } from '../../service/datasources/secrets/key-ring.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { Write } from '../../service/policy/write.ts';
import { Enforcer } from '../../service/replication/enforcement/enforcer.ts';
import type { ReplicaPort } from '../../service/replication/replica-port.ts';
import type { ReplicationSettings } from '../../service/replication/settings.ts';
import { startReplication } from '../../service/replication/start-replication.ts';
import { readConfig } from '../../service/server/config.ts';
import { actionSender } from '../../service/server/data-sources/action-sender.ts';
import { DataSources } from '../../service/server/data-sources/data-sources.ts';
import { httpServer } from '../../service/server/http-server.ts';
import { systemClock } from '../../service/server/system-clock.ts';
import { systemRandom } from '../../service/server/system-random.ts';
import { MemoryRowStore } from '../../service/store/memory/memory-row-store.ts';
import { MemoryStateStore } from '../../service/store/memory/memory-state-store.ts';
import type { StateStore } from '../../service/store/state-store.ts';
import { nonconformity } from './conformance.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as ordinary JSON; undefined when it is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: tests name the members that they expect
  readonly json: any;
}

export interface Question {
  readonly method?: string;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly rawBody?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Data sources with a key for their secrets. */
function dataSourcesFor(drivers: ReadonlyMap<string, Driver>): DataSources {
  return new DataSources({
    drivers,
    secrets: new KeyRing([{ id: 'test', key: Buffer.alloc(32, 7) }]),
    pollingDefault: 'every-replica',
    hosts: new HostRules(),
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });
}

/**
 * The application on a free port of this process, with whatever replica a test gives it. Every answer is held
 * against the OpenAPI document.
 */
export class ApiServer {
  static readonly settings: ApiContext['settings'] = {
    replicaName: 'test',
    version: '0',
    requestBodyBytesMax: 100_000,
    rowsBodyBytesMax: 1_000_000,
    trustProxy: false,
  };
  readonly url: string;
  readonly logged: LogFields[];
  readonly replica: ReplicaPort;
  /** Of a real replica: what it has stored. */
  readonly stateStore: StateStore | null;
  readonly #server: Server;
  readonly #stop: () => Promise<void>;

  private constructor(parts: {
    readonly server: Server;
    readonly replica: ReplicaPort;
    readonly logged: LogFields[];
    readonly stop: () => Promise<void>;
    readonly stateStore: StateStore | null;
  }) {
    this.stateStore = parts.stateStore;
    this.#server = parts.server;
    this.replica = parts.replica;
    this.#stop = parts.stop;
    this.logged = parts.logged;
    this.url = `http://127.0.0.1:${(parts.server.address() as AddressInfo).port}`;
  }

  static async overReplica(
    replica: ReplicaPort,
    options: Partial<ApiContext> & {
      readonly stop?: () => Promise<void>;
      readonly stateStore?: StateStore;
      readonly logged?: LogFields[];
    } = {},
  ): Promise<ApiServer> {
    const logged = options.logged ?? [];
    const logger: Logger = {
      ...silentLogger,
      error: (message, fields) => logged.push({ message, ...fields }),
    };
    const app = createApp({
      replica,
      system: () => null,
      drivers: driverCatalog,
      dataSources: dataSourcesFor(driverCatalog),
      enforcementMode: 'on',
      clock: systemClock,
      random: systemRandom,
      logger,
      metrics: silentHttpMetrics,
      isDraining: () => false,
      security: noSecurity,
      settings: ApiServer.settings,
      ...options,
    });
    const config = readConfig({ CONGRESS_HOST: '127.0.0.1', CONGRESS_STORE: 'memory' });
    const server = httpServer({ listener: app, config, random: systemRandom });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ApiServer({
      server,
      replica,
      logged,
      stop: options.stop ?? (async () => {}),
      stateStore: options.stateStore ?? null,
    });
  }

  /** A real replica on memory stores, ready, with its data sources running. */
  static async start(
    options: Partial<ApiContext> & {
      readonly firstWrites?: readonly Write<null>[];
      readonly replication?: Partial<ReplicationSettings>;
    } = {},
  ): Promise<ApiServer> {
    const stateStore = new MemoryStateStore();
    const replication = startReplication({
      replicaId: 'test' as ReplicaId,
      stateStore,
      rowStore: new MemoryRowStore(),
      leaseStore: stateStore.leases,
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      newEngine: () => new Engine(),
      firstWrites: options.firstWrites ?? [],
      settings: { pollIntervalMs: 20, ...options.replication },
    });
    const system = () => replication.system;
    while (!replication.port.health().ready) await new Promise((resolve) => setImmediate(resolve));
    const dataSources = dataSourcesFor(options.drivers ?? driverCatalog);
    dataSources.begin(replication);
    const { live, port, leases } = replication;
    const enforcer = new Enforcer({
      live,
      port,
      leases,
      sender: actionSender(dataSources),
      modeMax: options.enforcementMode ?? 'on',
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
    });
    enforcer.begin();
    const stop = async (): Promise<void> => {
      await enforcer.stop();
      await dataSources.stop();
      await replication.stop();
    };
    return ApiServer.overReplica(replication.port, { system, dataSources, ...options, stop, stateStore });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#stop();
  }

  get(path: string, headers: Question['headers'] = {}): Promise<Reply> {
    return this.send({ path, headers });
  }

  post(path: string, body: unknown, headers: Question['headers'] = {}): Promise<Reply> {
    return this.send({ method: 'POST', path, body, headers });
  }

  put(path: string, body: unknown): Promise<Reply> {
    return this.send({ method: 'PUT', path, body });
  }

  delete(path: string): Promise<Reply> {
    return this.send({ method: 'DELETE', path });
  }

  send(question: Question): Promise<Reply> {
    const { method = 'GET', path, body, rawBody } = question;
    const bytes = body === undefined ? rawBody : JSON.stringify(body);
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const headers = { ...type, ...question.headers };
      const sent = request({ hostname, port, method, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const wrong = nonconformity({
            method,
            path,
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'],
            text,
          });
          if (wrong !== null) {
            reject(new Error(`${method} ${path} is not as in the OpenAPI document: ${wrong}`));
            return;
          }
          const isJson = response.headers['content-type'] === 'application/json' && text !== '';
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: isJson ? JSON.parse(text) : undefined,
          });
        });
      });
      sent.on('error', reject);
      sent.end(bytes);
    });
  }
}
