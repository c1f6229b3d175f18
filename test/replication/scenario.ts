import type { Sequence } from '../../service/base/ids.ts';
import type { Json } from '../../service/base/json.ts';
import type { Write } from '../../service/policy/write.ts';
import type { StateStore } from '../../service/store/state-store.ts';
import type { FaultChance } from '../../service/store/wrappers/random-faults.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { Cluster, deletePolicy, never, ruleTexts } from './cluster.ts';

/** Everything that DynamoDB and the network do to a replica, often. */
const badNetwork: readonly FaultChance[] = [
  { operation: 'commit', probability: 0.05, fault: { kind: 'lost-acknowledgement' } },
  { operation: 'commit', probability: 0.05, fault: { kind: 'lost-request' } },
  { operation: 'commit', probability: 0.03, fault: { kind: 'late-request', afterMs: 700 } },
  { operation: 'commit', probability: 0.05, fault: { kind: 'conflict' } },
  { operation: 'commit', probability: 0.4, fault: { kind: 'slow', beforeMs: 7, afterMs: 9 } },
  { operation: 'read-records', probability: 0.3, fault: { kind: 'torn', records: 1 } },
  { operation: 'read-records', probability: 0.1, fault: { kind: 'torn', records: 2 } },
  { operation: 'read-record', probability: 0.2, fault: { kind: 'torn', records: 1 } },
  { operation: 'read-head', probability: 0.2, fault: { kind: 'stale-head', behind: 2 } },
  { operation: 'every', probability: 0.02, fault: { kind: 'unavailable', reason: 'throttled' } },
  { operation: 'every', probability: 0.2, fault: { kind: 'slow', beforeMs: 6, afterMs: 5 } },
];

export interface ScenarioOptions {
  readonly seed: number;
  readonly wrapStore?: (store: StateStore, cluster: () => Cluster) => StateStore;
  /** What becomes of a write before it is made, for tests that break a mechanism. */
  readonly wrapWrite?: <Result extends Json>(write: Write<Result>) => Write<Result>;
}

interface Made {
  readonly text: string;
  readonly outcome: 'acknowledged' | 'refused' | 'not-committed' | 'unknown';
}

/**
 * Three replicas behind a bad network, clients that write and read at random, then peace. Answers what went
 * wrong: an empty list for a system that keeps its promises. The same seed gives the same run.
 */
export async function runScenario(options: ScenarioOptions): Promise<readonly string[]> {
  const scenario = new Scenario(options);
  try {
    return await scenario.run();
  } catch (error) {
    return [`broke down: ${error instanceof Error ? error.message : String(error)}`];
  }
}

class Scenario {
  readonly #options: ScenarioOptions;
  readonly #random: SeededRandom;
  readonly #wrong: string[] = [];
  readonly #made: Made[] = [];
  readonly #acknowledged = new Set<string>();
  #cluster!: Cluster;

  constructor(options: ScenarioOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  async run(): Promise<readonly string[]> {
    const { seed, wrapStore } = this.#options;
    const wrap =
      wrapStore === undefined
        ? {}
        : { wrapStore: (store: StateStore) => wrapStore(store, () => this.#cluster) };
    this.#cluster = new Cluster({ seed, chances: badNetwork, ...wrap });
    for (let index = 0; index < 3; index += 1) this.#cluster.start();
    const { replicas } = this.#cluster;
    await this.#cluster.until(() => replicas.every(({ port }) => port.health().ready));
    await this.#try(this.#cluster.policy('kept'));
    const clients: Promise<void>[] = [];
    for (let step = 0; step < 40; step += 1) {
      clients.push(this.#client(step));
      await this.#cluster.clock.advance(Math.floor(this.#random.next() * 12));
    }
    await this.#cluster.clock.run(Promise.all(clients));
    this.#cluster.heal();
    await this.#cluster.clock.advance(3_000);
    const head = await this.#cluster.converge();
    await this.#check(head);
    await this.#cluster.stop();
    return this.#wrong;
  }

  /** Until it is there: what the scenario needs to begin. */
  async #try(write: Write<Json>): Promise<void> {
    for (;;) {
      try {
        await this.#cluster.write(0, write);
        return;
      } catch (error) {
        if ((error as { readonly code?: string }).code === 'policy-name-taken') return;
        await this.#cluster.clock.advance(100);
      }
    }
  }

  async #client(step: number): Promise<void> {
    const drawn = this.#random.next();
    const index = Math.floor(this.#random.next() * 3);
    if (drawn < 0.5) return this.#insert(index, `fact_${step}(${step})`);
    if (drawn < 0.6) return this.#insert(index, 'p(x) :- q(x)');
    if (drawn < 0.7) return this.#insert(index, 'q(x) :- p(x)');
    if (drawn < 0.8) return this.#read(index);
    if (drawn < 0.9) await this.#attempt(index, this.#cluster.policy('often', ['r(1)']));
    else if (drawn < 0.95) await this.#attempt(index, this.#cluster.rule('often', `s(${step})`));
    else await this.#attempt(index, deletePolicy('often'));
  }

  async #insert(index: number, text: string): Promise<void> {
    const outcome = await this.#attempt(index, this.#cluster.rule('kept', text));
    if (text.startsWith('fact')) this.#made.push({ text, outcome });
    if (outcome === 'acknowledged') this.#acknowledged.add(text);
  }

  async #attempt(index: number, write: Write<Json>): Promise<Made['outcome']> {
    const { wrapWrite } = this.#options;
    try {
      await this.#cluster.submit(index, wrapWrite?.(write) ?? write);
      return 'acknowledged';
    } catch (error) {
      const { code } = error as { readonly code?: string };
      if (code === 'write-not-committed') return 'not-committed';
      if (code === 'write-outcome-unknown') return 'unknown';
      if (code === undefined) throw error;
      return 'refused';
    }
  }

  /** Whatever was acknowledged before this read came must be in its answer. */
  async #read(index: number): Promise<void> {
    const expected = [...this.#acknowledged];
    const { port } = this.#cluster.replica(index);
    try {
      const { stale } = await port.awaitConsistency({ kind: 'linearizable', explicit: false }, never);
      if (stale) return;
    } catch {
      return;
    }
    const seen = new Set(ruleTexts(port, 'kept'));
    for (const text of expected) if (!seen.has(text)) this.#wrong.push(`read on ${index} misses ${text}`);
  }

  async #check(head: Sequence): Promise<void> {
    if (new Set(this.#cluster.digests()).size !== 1) this.#wrong.push('digests differ');
    const late = this.#cluster.start();
    await this.#cluster.until(() => late.port.health().ready);
    if (new Set(this.#cluster.digests()).size !== 1) this.#wrong.push('a replica that loads now differs');
    const records = await this.#cluster.store.readRecords({
      after: 0 as Sequence,
      limit: 10_000,
      signal: never,
    });
    if (records.some(({ sequence }, index) => sequence !== index + 1)) this.#wrong.push('the log has a hole');
    if (records.length !== head) this.#wrong.push('the log does not end at the head');
    const log = records.map(({ changes }) => JSON.stringify(changes));
    for (const { text, outcome } of this.#made) {
      const times = log.filter((changes) => changes.includes(JSON.stringify(text).slice(1, -1))).length;
      if (times > 1) this.#wrong.push(`${text} was committed ${times} times`);
      if (outcome === 'acknowledged' && times === 0) this.#wrong.push(`${text} was acknowledged and lost`);
      if ((outcome === 'refused' || outcome === 'not-committed') && times > 0) {
        this.#wrong.push(`${text} was ${outcome} and committed`);
      }
    }
    for (const { port } of this.#cluster.replicas) {
      const texts = ruleTexts(port, 'kept');
      if (texts.includes('p(x) :- q(x)') && texts.includes('q(x) :- p(x)'))
        this.#wrong.push('rules are recursive');
      for (const text of this.#acknowledged)
        if (!texts.includes(text)) this.#wrong.push(`${text} is missing`);
    }
  }
}
