import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../../scripts/cluster/ha-figures.ts';
import { mustBe } from '../support/congress-client.ts';
import { servesAgain, settled } from '../support/recovery.ts';
import { SteadyLoad } from '../support/steady-load.ts';
import { note, TestCluster } from '../support/test-cluster.ts';

const perSecond = 100;
const rounds = 3;

describe('kill -9 of a replica under a steady load', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start('replica-killed', { replicas: 2 });
    const rules = ['p(1)', 'p(2)', 'q(x) :- p(x)'];
    mustBe(201, await cluster.replica(1).createPolicy('steady', rules));
  }, 120_000);
  afterAll(() => cluster?.stop(), 60_000);

  it('fails no GET through the balancer, and the replica serves again after its start', async () => {
    await settled(cluster);
    const load = new SteadyLoad({
      perSecond,
      send: () => cluster.balancer.askRows('steady', 'q'),
      isGood: ({ status, text }) => status === 200 && JSON.parse(text).results.length === 2,
    });
    const recoveredMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const victim = (round % 2) + 1;
      await delay(1_000);
      await cluster.kill(`replica-${victim}`);
      await delay(2_000);
      const missed = await cluster.balancer.insertRule('steady', `missed(${round})`);
      expect(missed.status).toBe(201);
      const startedAt = performance.now();
      await cluster.startReplica(victim);
      // It was away while this was written; ready means that it has caught up.
      expect(await cluster.replica(victim).rows('steady', 'missed')).toContainEqual([round]);
      await servesAgain(cluster, victim);
      recoveredMs.push(performance.now() - startedAt);
    }
    await delay(1_000);
    const report = await load.stop();
    note({
      scenario: `kill -9, ${rounds} times, GETs with retry`,
      sent: report.sent,
      failed: report.failed,
      recoveredMs: Math.max(...recoveredMs),
      p50Ms: quantile(report.durationsMs, 0.5),
      p99Ms: quantile(report.durationsMs, 0.99),
      note: `recovered: start until served through the balancer; longest gap ${Math.round(report.longestGapMs)} ms`,
    });
    expect(report.failures).toEqual([]);
    expect(report.sent).toBeGreaterThan(rounds * 3 * perSecond * 0.8);
  }, 180_000);

  it('loses no acknowledged write, whoever dies', async () => {
    await settled(cluster);
    const acknowledged: number[] = [];
    const load = new SteadyLoad({
      perSecond: 50,
      send: async (n) => {
        const answer = await cluster.balancer.insertRule('steady', `kept(${n})`);
        if (answer.status === 201) acknowledged.push(n);
        return answer;
      },
      isGood: ({ status }) => status === 201,
    });
    await delay(1_000);
    await cluster.kill('replica-1');
    await delay(2_000);
    const report = await load.stop();
    await cluster.startReplica(1);
    const kept = await Promise.all(cluster.replicas.map((replica) => replica.rows('steady', 'kept')));
    const lost = kept.map((rows) => {
      const present = new Set(rows.map(([value]) => value));
      return acknowledged.filter((value) => !present.has(value)).length;
    });
    note({
      scenario: 'kill -9, POSTs without retry',
      sent: report.sent,
      failed: report.failed,
      note: `${acknowledged.length} acknowledged, ${Math.max(...lost)} of them lost; a failed one was in flight`,
    });
    expect(lost).toEqual([0, 0]);
    expect(acknowledged.length).toBeGreaterThan(report.sent * 0.8);
  }, 120_000);
});
