import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../../scripts/cluster/ha-figures.ts';
import { type CongressClient, mustBe } from '../support/congress-client.ts';
import { warmedUp } from '../support/recovery.ts';
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

  it('are all on all replicas, once, in a sequence without gaps, with equal digests', async () => {
    await warmedUp(cluster, 'busy');
    const startedAt = performance.now();
    const written = await Promise.all(
      Array.from({ length: writes }, (_, n) => writeUntilDone(cluster.replica((n % replicas) + 1), n)),
    );
    const elapsedMs = performance.now() - startedAt;
    const durationsMs = written.map(({ durationMs }) => durationMs);
    const refusals = written.reduce((sum, { refused }) => sum + refused, 0);
    const sequences = await storedSequences(cluster.databaseUrl);
    note({
      scenario: `${writes} concurrent writes on ${replicas} replicas`,
      sent: writes + refusals,
      failed: written.filter(({ status }) => status !== 201).length,
      p50Ms: quantile(durationsMs, 0.5),
      p99Ms: quantile(durationsMs, 0.99),
      note: `done in ${Math.round(elapsedMs)} ms; ${refusals} times 503, sent again; ${sequences.length} commits in all`,
    });
    expect(written.map(({ status }) => status)).toEqual(Array(writes).fill(201));

    for (const replica of cluster.replicas) {
      const rows = await replica.rows('busy', 'p');
      expect(rows.map(([value]) => Number(value)).sort((a, b) => a - b)).toEqual([...Array(writes).keys()]);
      const rules = await replica.rules('busy');
      expect(rules.filter((rule) => rule.startsWith('p('))).toHaveLength(writes);
    }
    expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, index) => index + 1));

    const health = await Promise.all(cluster.replicas.map((replica) => replica.health()));
    expect(health.map(({ applied }) => applied)).toEqual(Array(replicas).fill(sequences.length));
    expect(health[0]?.catalogDigest).toEqual(expect.stringMatching(/.{8,}/));
    expect(new Set(health.map(({ catalogDigest }) => catalogDigest)).size).toBe(1);
  }, 120_000);
});

interface Written {
  readonly status: number;
  /** Answers 503 before. */
  readonly refused: number;
  /** With the waiting in between. */
  readonly durationMs: number;
}

/** As a good client does it: 503 means try again, and the key makes sure that it is done once. */
async function writeUntilDone(replica: CongressClient, n: number): Promise<Written> {
  const startedAt = performance.now();
  const headers = { 'idempotency-key': `write-${n}` };
  for (let refused = 0; ; refused += 1) {
    const { status } = await replica.insertRule('busy', `p(${n})`, headers);
    if (status !== 503 || refused === 20)
      return { status, refused, durationMs: performance.now() - startedAt };
    await delay(200);
  }
}
