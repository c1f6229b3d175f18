import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../../scripts/cluster/ha-figures.ts';
import { bounded, mustBe } from '../support/congress-client.ts';
import { note, TestCluster } from '../support/test-cluster.ts';

const pollIntervalMs = 500;
const linearizableRounds = 100;
const boundedRounds = 40;

describe('two replicas on one database', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start('propagation', {
      replicas: 2,
      environment: { CONGRESS_POLL_INTERVAL_MS: String(pollIntervalMs) },
    });
    mustBe(201, await cluster.replica(1).createPolicy('fresh', ['soon(1000000)']));
    mustBe(200, await cluster.replica(2).askRows('fresh', 'soon'));
  }, 120_000);
  afterAll(() => cluster?.stop(), 60_000);

  it('show a change of one on the other at once to a default read', async () => {
    const durationsMs: number[] = [];
    let behind = 0;
    for (let n = 0; n < linearizableRounds; n += 1) {
      const [writer, reader] = n % 2 === 0 ? [1, 2] : [2, 1];
      mustBe(201, await cluster.replica(writer).insertRule('fresh', `at_once(${n})`));
      const startedAt = performance.now();
      const rows = await cluster.replica(reader).rows('fresh', 'at_once');
      durationsMs.push(performance.now() - startedAt);
      if (!rows.some(([value]) => value === n)) behind += 1;
    }
    note({
      scenario: 'read on the other replica, linearizable',
      sent: linearizableRounds,
      failed: behind,
      p50Ms: quantile(durationsMs, 0.5),
      p99Ms: quantile(durationsMs, 0.99),
      note: 'time of the read itself',
    });
    expect(behind).toBe(0);
  }, 60_000);

  it('show it to a bounded read within the poll interval and 1 s', async () => {
    const seenAfterMs: number[] = [];
    for (let n = 0; n < boundedRounds; n += 1) {
      mustBe(201, await cluster.replica(1).insertRule('fresh', `soon(${n})`));
      seenAfterMs.push(await untilSeen(cluster, n));
      // Writes at all moments of the poll, not always just after one.
      await delay(Math.round((n * 37) % pollIntervalMs));
    }
    note({
      scenario: 'propagation to the other replica, bounded',
      sent: boundedRounds,
      failed: seenAfterMs.filter((ms) => ms > pollIntervalMs + 1_000).length,
      p50Ms: quantile(seenAfterMs, 0.5),
      p99Ms: quantile(seenAfterMs, 0.99),
      note: `from 201 on one until seen on the other; poll interval ${pollIntervalMs} ms`,
    });
    expect(Math.max(...seenAfterMs)).toBeLessThanOrEqual(pollIntervalMs + 1_000);
  }, 120_000);
});

async function untilSeen(cluster: TestCluster, value: number): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const rows = await cluster.replica(2).rows('fresh', 'soon', bounded);
    const elapsedMs = performance.now() - startedAt;
    if (rows.some(([seen]) => seen === value) || elapsedMs > 10_000) return elapsedMs;
    await delay(5);
  }
}
