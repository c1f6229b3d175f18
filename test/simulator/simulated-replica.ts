import { deflateRawSync, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import type { ReplicaId } from '../../service/base/ids.ts';
import type { Logger } from '../../service/base/logger.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { Compressor } from '../../service/replication/compressor.ts';
import type { ReplicaPort } from '../../service/replication/replica-port.ts';
import type { SnapshotFolder } from '../../service/replication/snapshot-folder.ts';
import { type Replication, startReplication } from '../../service/replication/start-replication.ts';
import type { Gzip } from '../../service/store/dynamodb/gzip.ts';
import { openStoresOn } from '../../service/store/dynamodb/open-stores.ts';
import type { StateStore } from '../../service/store/state-store.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { Duty } from './duty.ts';
import type { FakeNetwork } from './fake-network.ts';
import { Host } from './host.ts';
import type { Mutation } from './mutations.ts';
import type { Plan } from './plan.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

/** Compression without the thread pool, so that a run depends on nothing but its seed. */
export const syncCompressor: Compressor = {
  deflate: async (bytes) => deflateRawSync(bytes, { level: 3 }),
  inflate: async (bytes, bytesMax) => inflateRawSync(bytes, { maxOutputLength: bytesMax }),
};

const syncGzip: Gzip = {
  pack: async (text) => gzipSync(text),
  unpack: async (bytes) => gunzipSync(bytes).toString('utf8'),
};

export interface SimulatedReplicaOptions {
  readonly index: number;
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly network: FakeNetwork;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly mutation: Mutation;
  /** Told when a loop of the replica dies of a bug. */
  readonly onBug: (message: string) => void;
}

/** A machine that runs the real replication code, dies and starts again. */
export class SimulatedReplica {
  readonly name: string;
  readonly #options: SimulatedReplicaOptions;
  readonly #clockRate: number;
  /** Outlives the process. */
  readonly #disk = new Map<string, Uint8Array>();
  #epochMs: number;
  #host: Host | null = null;
  #replication: Replication | null = null;
  #port: ReplicaPort | null = null;
  #duty: Duty | null = null;
  #starts = 0;

  constructor(options: SimulatedReplicaOptions) {
    this.#options = options;
    this.name = `r${options.index}`;
    // Quartz is a hundred times better; a virtual machine may not be.
    this.#clockRate = 0.99 + options.random.next() * 0.02;
    this.#epochMs = 1_700_000_000_000 + (options.random.next() - 0.5) * 4_000;
  }

  /** Null while it is down. */
  get host(): Host | null {
    return this.#host;
  }

  get port(): ReplicaPort | null {
    return this.#port;
  }

  /** Whether it believes, now, to have the lease of the duty. */
  get onDuty(): boolean {
    return this.#host?.paused === false && this.#duty?.lease.isHeld() === true;
  }

  /** How often it was started: a new process knows nothing of the one before. */
  get starts(): number {
    return this.#starts;
  }

  start(): void {
    const { scheduler, random, plan, trace, onBug } = this.#options;
    if (this.#host !== null) return;
    this.#starts += 1;
    const own = (): SeededRandom => new SeededRandom(Math.floor(random.next() * 2 ** 32));
    const host = new Host({
      name: this.name,
      scheduler,
      random: own(),
      clockRate: this.#clockRate,
      epochMs: this.#epochMs,
    });
    const replication = this.#replicationOn(host, own());
    trace.line(this.name, `starts (${this.#starts})`);
    replication.ended.catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      onBug(`${this.name} died of a bug: ${text} (poll ${plan.pollIntervalMs} ms)`);
    });
    this.#host = host;
    this.#replication = replication;
    this.#duty = new Duty({ replication, host, onBug });
    this.#port = this.#options.mutation.wrapPort?.(replication.port) ?? replication.port;
  }

  crash(): void {
    if (this.#host === null) return;
    this.#options.trace.line(this.name, 'crashes');
    this.#host.crash();
    this.#forget();
  }

  /** As SIGTERM does; resolves when it is gone. */
  async stop(): Promise<void> {
    const replication = this.#replication;
    const host = this.#host;
    if (replication === null || host === null) return;
    this.#options.trace.line(this.name, 'stops');
    await new Promise<void>((resolve) => {
      host.happen(() => {
        replication.stop().then(resolve, () => resolve());
      });
    });
    if (this.#host !== host) return;
    this.#options.trace.line(this.name, 'has stopped');
    host.crash();
    this.#forget();
  }

  jumpWallClock(byMs: number): void {
    this.#epochMs += byMs;
    this.#host?.jumpWallClock(byMs);
  }

  #forget(): void {
    this.#host = null;
    this.#replication = null;
    this.#duty = null;
    this.#port = null;
  }

  #replicationOn(host: Host, random: SeededRandom): Replication {
    const { network, plan, mutation } = this.#options;
    const { clock } = host;
    const client = network.clientFor(host, new SeededRandom(Math.floor(random.next() * 2 ** 32)));
    const stores = openStoresOn(mutation.wrapClient?.(client) ?? client, {
      clock,
      random,
      gzip: syncGzip,
      recordRetentionMs: plan.recordRetentionMs,
      create: false,
    });
    const wrap = mutation.wrapStore?.(() => clock.monotonicMs());
    const stateStore: StateStore = wrap?.(stores.stateStore) ?? stores.stateStore;
    return startReplication({
      replicaId: `${this.name}-${this.#starts}` as ReplicaId,
      stateStore,
      rowStore: stores.rowStore,
      leaseStore: stores.leaseStore,
      snapshotFolder: folderOn(this.#disk, host),
      clock,
      random,
      logger: loggerInto(this.#options.trace, this.name),
      newEngine: () => new Engine(),
      compressor: syncCompressor,
      settings: {
        pollIntervalMs: plan.pollIntervalMs,
        leaseDurationMs: plan.leaseDurationMs,
        serveSnapshot: plan.serveSnapshot,
        snapshotIntervalMs: plan.snapshotIntervalMs,
        supersededRetentionMs: plan.supersededRetentionMs,
        writesPerCommitMax: plan.writesPerCommitMax,
        recordPartsRetentionMs: plan.recordRetentionMs + 3_600_000,
      },
    });
  }
}

function loggerInto(trace: Trace, name: string): Logger {
  const note = (message: string, fields: object = {}): void => {
    if (trace.on) trace.line(name, `says: ${message} ${JSON.stringify(fields)}`);
  };
  return { debug() {}, info: note, warn: note, error: note };
}

/** A disk takes its time; a process that dies meanwhile leaves the file as it was. */
function folderOn(disk: Map<string, Uint8Array>, { clock, random }: Host): SnapshotFolder {
  const access = (): Promise<void> => clock.sleep(random.next() * 20);
  return {
    read: async (name) => {
      await access();
      return disk.get(name) ?? null;
    },
    write: async (name, pieces) => {
      const bytes: Uint8Array[] = [];
      for await (const piece of pieces) bytes.push(piece);
      await access();
      disk.set(name, Buffer.concat(bytes));
    },
    list: async () => {
      await access();
      return [...disk.keys()];
    },
    remove: async (name) => {
      await access();
      disk.delete(name);
    },
  };
}
