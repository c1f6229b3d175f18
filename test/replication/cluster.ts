import { setMaxListeners } from 'node:events';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ReplicaId, Sequence } from '../../service/base/ids.ts';
import type { Json } from '../../service/base/json.ts';
import { type Logger, silentLogger } from '../../service/base/logger.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { PollingMode } from '../../service/policy/entities.ts';
import type { Write } from '../../service/policy/write.ts';
import { createDataSource } from '../../service/policy/writes/create-data-source.ts';
import { createPolicy } from '../../service/policy/writes/create-policy.ts';
import { deletePolicy } from '../../service/policy/writes/delete-policy.ts';
import { deleteRule } from '../../service/policy/writes/delete-rule.ts';
import { insertRule } from '../../service/policy/writes/insert-rule.ts';
import type { Compressor } from '../../service/replication/compressor.ts';
import type { ReplicaPort, WriteOutcome } from '../../service/replication/replica-port.ts';
import type { ReplicationSettings } from '../../service/replication/settings.ts';
import type { SnapshotFolder } from '../../service/replication/snapshot-folder.ts';
import { type Replication, startReplication } from '../../service/replication/start-replication.ts';
import { MemoryRowStore } from '../../service/store/memory/memory-row-store.ts';
import { MemoryStateStore } from '../../service/store/memory/memory-state-store.ts';
import type { RowStore } from '../../service/store/row-store.ts';
import type { StateStore } from '../../service/store/state-store.ts';
import type { FaultPlan } from '../../service/store/wrappers/faults.ts';
import { FaultyLeaseStore } from '../../service/store/wrappers/faulty-lease-store.ts';
import { FaultyRowStore } from '../../service/store/wrappers/faulty-row-store.ts';
import { FaultyStateStore } from '../../service/store/wrappers/faulty-state-store.ts';
import { type FaultChance, RandomFaults } from '../../service/store/wrappers/random-faults.ts';
import { ScriptedFaults } from '../../service/store/wrappers/scripted-faults.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** Compression without the thread pool, so that a run depends on nothing but its seed. */
export const syncCompressor: Compressor = {
  deflate: async (bytes) => deflateRawSync(bytes, { level: 3 }),
  inflate: async (bytes, bytesMax) => inflateRawSync(bytes, { maxOutputLength: bytesMax }),
};

/** A signal that is never aborted. */
export const never = new AbortController().signal;
setMaxListeners(0, never);

/** A replica of a cluster, with the faults of its own way to the store. */
export interface ClusterReplica {
  readonly port: ReplicaPort;
  readonly faults: ScriptedFaults;
  readonly rowFaults: ScriptedFaults;
  readonly replication: Replication;
}

export interface ClusterOptions {
  readonly seed?: number;
  readonly settings?: Partial<ReplicationSettings>;
  readonly logger?: Logger;
  /** What a replica sees of the store, for tests that break a mechanism. */
  readonly wrapStore?: (store: StateStore) => StateStore;
  readonly wrapRows?: (store: RowStore) => RowStore;
  /** Of the replicas started from now on; each is one host's. */
  readonly snapshotFolder?: SnapshotFolder;
  /** Faults at random, after the scripted ones. */
  readonly chances?: readonly FaultChance[];
}

/** Replicas on one memory store, under a clock that the test moves. */
export class Cluster {
  readonly clock = new ManualClock();
  readonly store = new MemoryStateStore();
  readonly rows = new MemoryRowStore();
  readonly replicas: ClusterReplica[] = [];
  readonly random: SeededRandom;
  /** Partitions that were ever written beside a commit. */
  readonly partitionsWritten = new Set<string>();
  readonly #options: ClusterOptions;
  readonly #randomFaults: RandomFaults[] = [];

  constructor(options: ClusterOptions = {}) {
    this.#options = options;
    this.random = new SeededRandom(options.seed ?? 1);
  }

  /** Starts `count` replicas and waits until all are ready. */
  static async ready(count: number, options: ClusterOptions = {}): Promise<Cluster> {
    const cluster = new Cluster(options);
    for (let index = 0; index < count; index += 1) cluster.start();
    await cluster.until(() => cluster.replicas.every(({ port }) => port.health().ready));
    return cluster;
  }

  /** `settings`: of this replica alone, as another build has them. */
  start(
    settings: Partial<ReplicationSettings> = {},
    given: { readonly folder?: SnapshotFolder; readonly faults?: ScriptedFaults } = {},
  ): ClusterReplica {
    const { clock } = this;
    const { folder = this.#options.snapshotFolder, faults = new ScriptedFaults() } = given;
    const rowFaults = new ScriptedFaults();
    const index = this.replicas.length + 1;
    const watched = overridden<StateStore>(this.store, {
      writeDetached: (writes, signal) => {
        for (const { key } of writes) this.partitionsWritten.add(key.partition);
        return this.store.writeDetached(writes, signal);
      },
    });
    const random = new RandomFaults({
      random: new SeededRandom(Math.floor(this.random.next() * 2 ** 32)),
      chances: this.#options.chances ?? [],
    });
    this.#randomFaults.push(random);
    const plan: FaultPlan = {
      next: (operation) => {
        const drawn = random.next(operation);
        const scripted = faults.next(operation);
        return scripted.kind === 'none' ? drawn : scripted;
      },
    };
    const faulty = new FaultyStateStore({ inner: watched, faults: plan, clock });
    const faultyRows = new FaultyRowStore({ inner: this.rows, faults: rowFaults, clock });
    const replication = startReplication({
      replicaId: `replica-${index}` as ReplicaId,
      stateStore: this.#options.wrapStore?.(faulty) ?? faulty,
      rowStore: this.#options.wrapRows?.(faultyRows) ?? faultyRows,
      ...(folder === undefined ? {} : { snapshotFolder: folder }),
      leaseStore: new FaultyLeaseStore({ inner: this.store.leases, faults: plan, clock }),
      clock,
      random: new SeededRandom(Math.floor(this.random.next() * 2 ** 32)),
      logger: this.#options.logger ?? silentLogger,
      newEngine: () => new Engine(),
      compressor: syncCompressor,
      // Scripted faults are for the calls that a test knows of.
      settings: { heartbeatIntervalMs: 0, collectIntervalMs: 0, ...this.#options.settings, ...settings },
    });
    const replica = { port: replication.port, faults, rowFaults, replication };
    this.replicas.push(replica);
    return replica;
  }

  replica(index: number): ClusterReplica {
    const replica = this.replicas[index];
    if (replica === undefined) throw new Error(`there is no replica ${index}`);
    return replica;
  }

  /** Makes a write and moves time until it is answered. */
  write<Result extends Json>(
    index: number,
    write: Write<Result>,
    key?: string,
  ): Promise<WriteOutcome<Result>> {
    return this.clock.run(this.submit(index, write, key));
  }

  /** Makes a write; time stands still. */
  submit<Result extends Json>(
    index: number,
    write: Write<Result>,
    key?: string,
  ): Promise<WriteOutcome<Result>> {
    const idempotency = key === undefined ? {} : { idempotency: { key, fingerprint: `body of ${key}` } };
    const outcome = this.replica(index).port.write(write, { signal: never, ...idempotency });
    outcome.catch(() => {});
    return outcome;
  }

  /** Moves time until the condition holds; fails after a virtual minute. */
  async until(condition: () => boolean, limitMs = 60_000): Promise<void> {
    const endMs = this.clock.monotonicMs() + limitMs;
    await this.clock.settle();
    while (!condition()) {
      if (this.clock.monotonicMs() > endMs) throw new Error('the condition never held');
      await this.clock.advance(5);
    }
  }

  /** Moves time until all replicas have applied the head of the store. */
  async converge(): Promise<Sequence> {
    const { sequence } = await this.store.readHead({ consistency: 'strong', signal: never });
    await this.until(() => this.replicas.every(({ port }) => port.applied() >= sequence), 10_000);
    return sequence;
  }

  /** Ends all faults. */
  heal(): void {
    for (const { faults, rowFaults } of this.replicas) {
      faults.heal();
      rowFaults.heal();
    }
    for (const random of this.#randomFaults) random.heal();
  }

  digests(): readonly string[] {
    return this.replicas.map(({ port }) => port.health().catalogDigest);
  }

  async stop(): Promise<void> {
    const stopped = Promise.all(this.replicas.map(({ replication }) => replication.stop()));
    await this.clock.run(stopped);
  }

  /** Ids are new for every call. */
  policy(name: string, rules: readonly string[] = []) {
    return createPolicy({
      id: this.random.uuid(),
      name,
      abbreviation: name.slice(0, 5),
      description: '',
      kind: 'nonrecursive',
      rules: rules.map((text) => this.newRule(text)),
    });
  }

  newRule(text: string) {
    return { id: this.random.uuid(), text, name: null, comment: null };
  }

  rule(policy: string, text: string) {
    return insertRule({ policy, ...this.newRule(text) });
  }

  dataSource(name: string, tables: Readonly<Record<string, readonly string[]>>, polling?: PollingMode) {
    return createDataSource({
      id: this.random.uuid(),
      name,
      driver: 'push',
      ...(polling === undefined ? {} : { polling }),
      description: null,
      enabled: true,
      config: null,
      tables: Object.entries(tables).map(([table, columns]) => ({
        table,
        columns: columns.map((column) => ({ name: column, description: null })),
      })),
    });
  }
}

/** The store with some of its calls replaced. */
export function overridden<Store extends object>(store: Store, calls: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const replaced = Reflect.get(calls, name) as unknown;
      if (replaced !== undefined) return replaced;
      const own = Reflect.get(target, name) as unknown;
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

export { deletePolicy, deleteRule };

/** Names of all policies, in order of creation. */
export function policyNames(port: ReplicaPort): readonly string[] {
  return port.catalog.policies().map(({ name }) => name);
}

/** Texts of the rules of a policy, in order of creation. */
export function ruleTexts(port: ReplicaPort, policy: string): readonly string[] {
  const found = port.catalog.policyByName(policy);
  return found === undefined ? [] : port.catalog.rules(found.id).map(({ text }) => text);
}
