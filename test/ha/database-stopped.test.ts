import { setTimeout as delay } from 'node:timers/promises';
import { bounded, linearizable, mustBe } from '../support/congress-client.ts';
import type { HttpAnswer } from '../support/http-client.ts';
import { note, TestCluster } from '../support/test-cluster.ts';

/** A write is answered with 503 within this time. */
const refusedWithinMs = 3_000;
/** Ways of a database to be away: nobody listens, or nobody answers (no packet comes back). */
const absences = [
  {
    name: 'ended',
    leave: (cluster: TestCluster) => cluster.kill('dynamodb'),
    comeBack: (cluster: TestCluster) => cluster.startDatabase(),
  },
  {
    name: 'silent',
    leave: async (cluster: TestCluster) => cluster.pause('dynamodb'),
    comeBack: async (cluster: TestCluster) => cluster.resume('dynamodb'),
  },
] as const;

describe('DynamoDB stopped', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start('database-stopped', { replicas: 2, databaseInMemory: false });
    mustBe(201, await cluster.replica(1).createPolicy('lasting', ['p(1)', 'q(x) :- p(x)']));
    for (const replica of cluster.replicas) expect(await replica.rows('lasting', 'q')).toEqual([[1]]);
  }, 120_000);
  afterAll(() => cluster?.stop(), 60_000);

  it.each(absences)(
    '($name): reads go on marked stale, writes get 503, and it heals by itself',
    async (absence) => {
      const before = await cluster.replica(1).rows('lasting', 'q');
      await absence.leave(cluster);
      const reads = await readWhileAway(cluster);
      const refusals = await writeWhileAway(cluster);
      await absence.comeBack(cluster);
      const recoveredMs = await untilWritten(cluster, absence.name);

      note({
        scenario: `DynamoDB ${absence.name}: reads`,
        sent: reads.length,
        failed: reads.filter(({ status }) => status !== 200).length,
        p99Ms: Math.max(...reads.map(({ durationMs }) => durationMs)),
        note: 'p99: slowest',
      });
      note({
        scenario: `DynamoDB ${absence.name}: writes`,
        sent: refusals.length,
        failed: refusals.length,
        recoveredMs,
        p99Ms: Math.max(...refusals.map(({ durationMs }) => durationMs)),
        note: 'all refused with 503 and Retry-After; p99: slowest; recovered: until a write goes through',
      });
      for (const replica of cluster.replicas) {
        const rows = await replica.askRows('lasting', 'q');
        expect(rows.headers['congress-stale']).toBeUndefined();
        expect(JSON.parse(rows.text).results).toHaveLength(before.length);
        // What was refused was not done after all.
        expect((await replica.rules('lasting')).filter((rule) => rule.startsWith('refused'))).toEqual([]);
      }
    },
    120_000,
  );
});

async function readWhileAway(cluster: TestCluster): Promise<readonly HttpAnswer[]> {
  await delay(1_500);
  const answers: HttpAnswer[] = [];
  for (let round = 0; round < 10; round += 1) {
    for (const replica of [...cluster.replicas, cluster.balancer])
      answers.push(await replica.askRows('lasting', 'q'));
  }
  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(answer.headers['congress-stale']).toBe('true');
    expect(Number(answer.headers['congress-staleness-ms'])).toBeGreaterThan(500);
    expect(JSON.parse(answer.text).results).not.toEqual([]);
  }
  const fromMemory = await cluster.replica(1).askRows('lasting', 'q', bounded);
  expect(fromMemory.status).toBe(200);
  // Whoever asks for it by name is told that it cannot be had.
  const explicit = await cluster.replica(1).askRows('lasting', 'q', linearizable);
  expect([explicit.status, explicit.headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  // All would leave the balancer at once if readiness followed the store.
  for (const replica of cluster.replicas) {
    mustBe(200, await replica.http.send({ path: '/readyz' }));
    mustBe(200, await replica.http.send({ path: '/livez' }));
  }
  return answers;
}

async function writeWhileAway(cluster: TestCluster): Promise<readonly HttpAnswer[]> {
  const refusals = await Promise.all(
    [...cluster.replicas, ...cluster.replicas].map((replica, n) =>
      replica.insertRule('lasting', `refused(${n})`),
    ),
  );
  for (const { status, headers, durationMs } of refusals) {
    expect([status, headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    expect(durationMs).toBeLessThan(refusedWithinMs);
  }
  return refusals;
}

/** Milliseconds until both replicas write again, without a restart. */
async function untilWritten(cluster: TestCluster, absence: string): Promise<number> {
  const startedAt = performance.now();
  for (const [index, replica] of cluster.replicas.entries()) {
    let tries = 0;
    while ((await replica.insertRule('lasting', `back_${absence}_${index}(${tries})`)).status !== 201) {
      tries += 1;
      if (performance.now() - startedAt > 20_000) throw new Error(`${replica.url} does not write again`);
      await delay(100);
    }
  }
  return performance.now() - startedAt;
}
