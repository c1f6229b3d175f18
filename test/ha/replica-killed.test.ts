import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../../scripts/cluster/ha-figures.ts';
import { mustBe } from '../support/congress-client.ts';
import { servesAgain, settled, warmedUp } from '../support/recovery.ts';
import { type LoadReport, SteadyLoad } from '../support/steady-load.ts';
import { note, TestCluster } from '../support/test-cluster.ts';

const perSecond = 80;
const writesPerSecond = 20;
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

  it('loses no acknowledged write, whoever dies, and fails none that carries an Idempotency-Key', async () => {
    await settled(cluster);
    await warmedUp(cluster, 'steady');
    const plain = new WriteLoad(cluster, 'plain');
    const keyed = new WriteLoad(cluster, 'keyed');
    await delay(1_000);
    await cluster.kill('replica-1');
    await delay(2_000);
    const reports = [await plain.load.stop(), await keyed.load.stop()] as const;
    await cluster.startReplica(1);
    const lost = [await plain.lost(), await keyed.lost()];
    noteWrites('kill -9, POSTs', reports[0], 'a failed one was in flight');
    noteWrites('kill -9, POSTs with Idempotency-Key and retry', reports[1], 'each done once');
    expect(lost).toEqual([0, 0]);
    expect(reports[1].failures).toEqual([]);
    expect(reports[0].failed).toBeLessThan(reports[0].sent * 0.2);
  }, 120_000);
});

/** Inserts facts 0, 1, 2, ... of a table through the balancer; `keyed` ones may be sent twice. */
class WriteLoad {
  readonly load: SteadyLoad;
  readonly #cluster: TestCluster;
  readonly #table: string;
  readonly #acknowledged: number[] = [];

  constructor(cluster: TestCluster, table: 'plain' | 'keyed') {
    this.#cluster = cluster;
    this.#table = table;
    this.load = new SteadyLoad({
      perSecond: writesPerSecond,
      send: async (n) => {
        const headers = table === 'keyed' ? { 'idempotency-key': randomUUID() } : {};
        const answer = await cluster.balancer.insertRule('steady', `${table}(${n})`, headers);
        if (answer.status === 201) this.#acknowledged.push(n);
        return answer;
      },
      isGood: ({ status }) => status === 201,
    });
  }

  /** How many acknowledged writes are missing on the replica that misses most. */
  async lost(): Promise<number> {
    const present = await Promise.all(
      this.#cluster.replicas.map(async (replica) => {
        const rows = await replica.rows('steady', this.#table);
        return new Set(rows.map(([value]) => value));
      }),
    );
    return Math.max(...present.map((rows) => this.#acknowledged.filter((value) => !rows.has(value)).length));
  }
}

function noteWrites(scenario: string, report: LoadReport, remark: string): void {
  note({
    scenario,
    sent: report.sent,
    failed: report.failed,
    p50Ms: quantile(report.durationsMs, 0.5),
    p99Ms: quantile(report.durationsMs, 0.99),
    note: `no acknowledged one lost; ${remark}`,
  });
}
