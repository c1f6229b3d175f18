import { setTimeout as delay } from 'node:timers/promises';
import { bounded } from '../../test/support/congress-client.ts';
import type { FaultyCluster } from './faulty-cluster.ts';
import { loadPolicy } from './mixed-load.ts';

/** How long a change took to reach replicas that do not ask for it. */
export interface PropagationReport {
  readonly durationsMs: readonly number[];
}

const everyMs = 700;
const lookEveryMs = 10;
const givenUpMs = 5_000;

/**
 * Writes now and then, and looks at each replica, from memory, until it shows that sequence. Replicas that are down,
 * stopped or cut off meanwhile do not count.
 */
export class PropagationProbe {
  readonly #cluster: FaultyCluster;
  readonly #durationsMs: number[] = [];
  readonly #ended: Promise<void>;
  #stopped = false;
  #written = 0;

  constructor(cluster: FaultyCluster, name: string) {
    this.#cluster = cluster;
    this.#ended = this.#run(name);
  }

  async stop(): Promise<PropagationReport> {
    this.#stopped = true;
    await this.#ended;
    return { durationsMs: this.#durationsMs };
  }

  async #run(name: string): Promise<void> {
    while (!this.#stopped) {
      this.#written += 1;
      const answer = await this.#cluster.withRetries
        .insertRule(loadPolicy, `${name}_probe(${this.#written})`)
        .catch(() => null);
      const sequence = Number(answer?.headers['congress-sequence']);
      if (answer?.status === 201 && Number.isFinite(sequence)) {
        await Promise.all(this.#cluster.running.map((k) => this.#watch(k, sequence)));
      }
      await delay(everyMs);
    }
  }

  async #watch(k: number, sequence: number): Promise<void> {
    const client = this.#cluster.replica(k);
    const startedAt = performance.now();
    try {
      while (performance.now() - startedAt < givenUpMs) {
        const { status, headers } = await client.http.send({
          path: '/v1/policies',
          headers: bounded,
          timeoutMs: 1_000,
        });
        if (status === 200 && Number(headers['congress-sequence']) >= sequence) {
          this.#durationsMs.push(performance.now() - startedAt);
          return;
        }
        await delay(lookEveryMs);
      }
    } catch {
      // It is down or stands still.
    } finally {
      client.close();
    }
  }
}

/** Read and write units that DynamoDB billed, all replicas together. */
export interface Units {
  readonly read: number;
  readonly write: number;
}

/** Adds up the counters of the replicas, which begin at 0 again with every process. */
export class UnitsProbe {
  readonly #cluster: FaultyCluster;
  readonly #last = new Map<number, Units>();
  readonly #ended: Promise<void>;
  #total: Units = { read: 0, write: 0 };
  #stopped = false;

  private constructor(cluster: FaultyCluster) {
    this.#cluster = cluster;
    this.#ended = this.#run();
  }

  /** What was billed before does not count. */
  static async start(cluster: FaultyCluster): Promise<UnitsProbe> {
    const probe = new UnitsProbe(cluster);
    await probe.#look();
    probe.#total = { read: 0, write: 0 };
    return probe;
  }

  async stop(): Promise<Units> {
    this.#stopped = true;
    await this.#ended;
    await this.#look();
    return this.#total;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await delay(1_000);
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    await Promise.all(this.#cluster.running.map((k) => this.#lookAt(k)));
  }

  async #lookAt(k: number): Promise<void> {
    const client = this.#cluster.replica(k);
    try {
      const { text } = await client.http.send({ path: '/metrics', timeoutMs: 1_000 });
      const now = { read: sumOf(text, 'read'), write: sumOf(text, 'write') };
      const before = this.#last.get(k) ?? { read: 0, write: 0 };
      this.#last.set(k, now);
      this.#total = {
        read: this.#total.read + grown(now.read, before.read),
        write: this.#total.write + grown(now.write, before.write),
      };
    } catch {
      // It is down or stands still; its counter is looked at later.
    } finally {
      client.close();
    }
  }
}

function grown(now: number, before: number): number {
  return now >= before ? now - before : now;
}

function sumOf(text: string, kind: 'read' | 'write'): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith('congress_store_units_total{') && line.includes(`kind="${kind}"`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
