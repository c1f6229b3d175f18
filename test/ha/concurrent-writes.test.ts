import { quantile } from '../../scripts/cluster/ha-figures.ts';
import { mustBe } from '../support/congress-client.ts';
import { storedSequences } from '../support/stored-items.ts';
import { note, TestCluster } from '../support/test-cluster.ts';

const writes = 500;
const replicas = 3;

describe('500 concurrent writes spread over 3 replicas', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start('concurrent-writes', { replicas });
    mustBe(201, await cluster.replica(1).createPolicy('busy'));
  }, 120_000);
  afterAll(() => cluster?.stop(), 60_000);

  it('are on all replicas when acknowledged, on none when refused, without a gap, with equal digests', async () => {
    const startedAt = performance.now();
    const answers = await Promise.all(
      Array.from({ length: writes }, (_, n) =>
        cluster.replica((n % replicas) + 1).insertRule('busy', `p(${n})`),
      ),
    );
    const elapsedMs = performance.now() - startedAt;
    const acknowledged = [...answers.keys()].filter((n) => answers[n]?.status === 201);
    const others = answers
      .filter(({ status }) => status !== 201)
      .map(({ status, text }) => `${status} ${text}`);
    const durationsMs = answers.map(({ durationMs }) => durationMs);
    note({
      scenario: `${writes} concurrent writes on ${replicas} replicas`,
      sent: writes,
      failed: writes - acknowledged.length,
      p50Ms: quantile(durationsMs, 0.5),
      p99Ms: quantile(durationsMs, 0.99),
      note: `all answered in ${Math.round(elapsedMs)} ms; ${(await storedSequences(cluster.databaseUrl)).length} commits`,
    });
    // A refusal is allowed under such a burst, with 503 and no other way; most must go through.
    expect(others.filter((answer) => !answer.startsWith('503 '))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(writes * 0.9);

    for (const replica of cluster.replicas) {
      const rows = await replica.rows('busy', 'p');
      expect(rows.map(([value]) => Number(value)).sort((a, b) => a - b)).toEqual(acknowledged);
      expect(await replica.rules('busy')).toHaveLength(acknowledged.length);
    }
    const sequences = await storedSequences(cluster.databaseUrl);
    expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, index) => index + 1));

    const health = await Promise.all(cluster.replicas.map((replica) => replica.health()));
    expect(health.map(({ applied }) => applied)).toEqual(Array(replicas).fill(sequences.length));
    expect(health[0]?.catalogDigest).toEqual(expect.stringMatching(/.{8,}/));
    expect(new Set(health.map(({ catalogDigest }) => catalogDigest)).size).toBe(1);
  }, 120_000);
});
