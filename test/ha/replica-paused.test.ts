import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../../scripts/cluster/ha-figures.ts';
import { bounded, type CongressClient, mustBe } from '../support/congress-client.ts';
import type { HttpAnswer } from '../support/http-client.ts';
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
    const ask = () => reads.push(read(cluster.replica(2), writer.acknowledged()));
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
    const old = done.filter(({ seen, floor }) => seen < floor);
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
      note: `${writer.acknowledged()} writes meanwhile; bounded reads were behind ${boundedBehind} times, as they may`,
    });
    expect(old).toEqual([]);
    expect(writer.acknowledged()).toBeGreaterThan(pauses * 20);
  }, 120_000);
});

interface Read {
  /** Largest row acknowledged before the read was sent. */
  readonly floor: number;
  /** Largest row in the answer. */
  readonly seen: number;
  readonly durationMs: number;
}

/** A refusal (503) has no data, and a stale-marked answer says what it is: neither happens with the store there. */
async function read(replica: CongressClient, floor: number): Promise<Read> {
  const answer = await replica.askRows('moving', 'p');
  if (answer.headers['congress-stale'] !== undefined)
    throw new Error('marked stale although the store is there');
  return { floor, seen: largest(rowsIn(answer)), durationMs: answer.durationMs };
}

function rowsIn(answer: HttpAnswer): readonly (readonly (string | number)[])[] {
  if (answer.status !== 200) throw new Error(`status ${answer.status}: ${answer.text}`);
  return JSON.parse(answer.text).results.map(({ data }: { readonly data: readonly number[] }) => data);
}

function largest(rows: readonly (readonly (string | number)[])[]): number {
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
