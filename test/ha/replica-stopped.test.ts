import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../../scripts/cluster/ha-figures.ts';
import { mustBe } from '../support/congress-client.ts';
import { servesAgain, settled, warmedUp } from '../support/recovery.ts';
import { SteadyLoad } from '../support/steady-load.ts';
import { note, TestCluster } from '../support/test-cluster.ts';

const readsPerSecond = 80;
const writesPerSecond = 10;
const rounds = 4;
/** The time that a replica has to leave (docs/ARCHITECTURE.md, failure behaviour). */
const leaveWithinMs = 25_000;

describe('SIGTERM of a replica under load, balancer retries switched off', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start('replica-stopped', {
      replicas: 2,
      balancerRetries: false,
      // How slow the machine is makes no failure here; only a lost request does.
      environment: { CONGRESS_WRITE_DEADLINE_MS: '10000' },
    });
    mustBe(201, await cluster.replica(1).createPolicy('steady', ['p(1)', 'q(x) :- p(x)']));
  }, 120_000);
  afterAll(() => cluster?.stop(), 60_000);

  it('fails no request, read or write, in a rolling restart of all replicas', async () => {
    await settled(cluster);
    await warmedUp(cluster, 'steady');
    const reads = new SteadyLoad({
      perSecond: readsPerSecond,
      send: () => cluster.balancer.askRows('steady', 'q'),
      isGood: ({ status, text }) => status === 200 && JSON.parse(text).results.length === 1,
    });
    const writes = new SteadyLoad({
      perSecond: writesPerSecond,
      send: (n) => cluster.balancer.insertRule('steady', `written(${n})`),
      isGood: ({ status }) => status === 201,
    });
    const leftMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const leaver = (round % 2) + 1;
      await delay(500);
      leftMs.push(await cluster.terminate(`replica-${leaver}`));
      await cluster.startReplica(leaver);
      await servesAgain(cluster, leaver);
    }
    const [read, written] = [await reads.stop(), await writes.stop()];
    const durationsMs = [...read.durationsMs, ...written.durationsMs];
    note({
      scenario: `SIGTERM, ${rounds} times, no retries`,
      sent: read.sent + written.sent,
      failed: read.failed + written.failed,
      p50Ms: quantile(durationsMs, 0.5),
      p99Ms: quantile(durationsMs, 0.99),
      note: `${written.sent} of them writes; a replica leaves in ${Math.round(Math.max(...leftMs))} ms at most`,
    });
    expect([...read.failures, ...written.failures]).toEqual([]);
    expect(Math.max(...leftMs)).toBeLessThan(leaveWithinMs);
    expect(read.sent + written.sent).toBeGreaterThan(rounds * (readsPerSecond + writesPerSecond));
  }, 180_000);
});
