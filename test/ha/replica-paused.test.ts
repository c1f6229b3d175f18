import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../../scripts/cluster/ha-figures.ts';
import {
  bounded,
  type CongressClient,
  linearizable,
  mustBe,
  type Row,
  rowsOf,
} from '../support/congress-client.ts';
import { note, TestCluster } from '../support/test-cluster.ts';

const pollIntervalMs = 500;
const pauses = 3;
/** Several polls long. */
const pauseMs = 6 * pollIntervalMs;

describe('a replica that was paused for longer than several polls', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start('replica-paused', {
      replicas: 2,
      environment: { CONGRESS_POLL_INTERVAL_MS: String(pollIntervalMs) },
    });
    mustBe(201, await cluster.replica(1).createPolicy('moving', ['p(0)']));
  }, 120_000);
  afterAll(() => cluster?.stop(), 60_000);

  it('never answers a linearizable read with old data', async () => {
    const writer = startWriter(cluster.replica(1));
    const reads: Promise<Read>[] = [];
    const ask = () => reads.push(read(cluster.replica(2), writer.acknowledged(), reads.length));
    let boundedBehind = 0;
    for (let n = 0; n < pauses; n += 1) {
      await every(20, 500, ask);
      cluster.pause('replica-2');
      await delay(pauseMs);
      // Asked while it sleeps, so answered as the very first thing when it wakes up.
      for (let k = 0; k < 10; k += 1) ask();
      const floor = writer.acknowledged();
      const fromMemory = cluster.replica(2).rows('moving', 'p', bounded);
      cluster.resume('replica-2');
      await every(20, 1_000, ask);
      if (largest(await fromMemory) < floor) boundedBehind += 1;
    }
    await writer.stop();
    const done = await Promise.all(reads);
    const old = done.filter(({ seen, floor }) => typeof seen === 'number' && seen < floor);
    const answered = done.filter(({ seen }) => typeof seen === 'number');
    const count = (what: Read['seen']) => done.filter(({ seen }) => seen === what).length;
    note({
      scenario: `SIGSTOP for ${pauseMs} ms, ${pauses} times, linearizable reads`,
      sent: done.length,
      failed: old.length,
      p50Ms: quantile(
        done.map(({ durationMs }) => durationMs),
        0.5,
      ),
      p99Ms: quantile(
        done.map(({ durationMs }) => durationMs),
        0.99,
      ),
      note: `${writer.acknowledged()} writes meanwhile; ${count('refused')} reads refused, ${count('marked stale')} marked stale; bounded ones behind ${boundedBehind} times`,
    });
    expect(old).toEqual([]);
    expect(answered.length).toBeGreaterThan(done.length * 0.8);
    expect(writer.acknowledged()).toBeGreaterThan(pauses * 20);
  }, 120_000);
});

interface Read {
  /** Largest row acknowledged before the read was sent. */
  readonly floor: number;
  /** Largest row in the answer. Refused (503): not in time, as for those asked just before a pause. */
  readonly seen: number | 'refused' | 'marked stale';
  readonly durationMs: number;
}

/** Every other read asks by name; the default ones may be answered stale, but only when they say so. */
async function read(replica: CongressClient, floor: number, n: number): Promise<Read> {
  const answer = await replica.askRows('moving', 'p', n % 2 === 0 ? {} : linearizable);
  const { durationMs } = answer;
  if (answer.status === 503) return { floor, seen: 'refused', durationMs };
  const seen = largest(rowsOf(answer));
  return { floor, seen: answer.headers['congress-stale'] === 'true' ? 'marked stale' : seen, durationMs };
}

function largest(rows: readonly Row[]): number {
  return Math.max(...rows.map(([value]) => Number(value)));
}

/** Writes 1, 2, 3, ... one after the other until it is stopped. */
function startWriter(replica: CongressClient) {
  let acknowledged = 0;
  let stopped = false;
  const ended = (async () => {
    while (!stopped) {
      const answer = await replica.insertRule('moving', `p(${acknowledged + 1})`);
      if (answer.status !== 201) throw new Error(`status ${answer.status}: ${answer.text}`);
      acknowledged += 1;
      await delay(20);
    }
  })();
  return {
    acknowledged: () => acknowledged,
    stop: () => {
      stopped = true;
      return ended;
    },
  };
}

async function every(intervalMs: number, durationMs: number, act: () => unknown): Promise<void> {
  const end = performance.now() + durationMs;
  while (performance.now() < end) {
    act();
    await delay(intervalMs);
  }
}
