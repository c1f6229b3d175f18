import { join } from 'node:path';
import { linearizable, mustBe } from '../support/congress-client.ts';
import { projectRoot } from '../support/source-tree.ts';
import { TestCluster } from '../support/test-cluster.ts';

const name = 'cold-start';

describe('a replica that is started while DynamoDB is away', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start(name, {
      replicas: 1,
      databaseInMemory: false,
      environment: {
        CONGRESS_SNAPSHOT_FOLDER: join(projectRoot, '.run', 'ha', name, 'snapshot'),
        CONGRESS_SERVE_SNAPSHOT: 'true',
      },
    });
    mustBe(201, await cluster.replica(1).createPolicy('kept', ['p(1)', 'q(x) :- p(x)']));
  }, 120_000);
  afterAll(() => cluster?.stop(), 60_000);

  it('serves what it kept, marked stale, and is fresh again when the database is back', async () => {
    await cluster.terminate('replica-1');
    await cluster.kill('dynamodb');
    const startedMs = performance.now();
    await cluster.startReplica(1);
    const readyMs = performance.now() - startedMs;
    const stale = mustBe(200, await cluster.replica(1).askRows('kept', 'q'));
    expect(JSON.parse(stale.text).results).toHaveLength(1);
    expect(stale.headers['congress-stale']).toBe('true');
    expect(Number(stale.headers['congress-staleness-ms'])).toBeGreaterThan(0);
    expect((await cluster.replica(1).askRows('kept', 'q', linearizable)).status).toBe(503);
    expect((await cluster.replica(1).insertRule('kept', 'p(2)')).status).toBe(503);
    await cluster.startDatabase();
    await written(cluster);
    const fresh = mustBe(200, await cluster.replica(1).askRows('kept', 'q', linearizable));
    expect(JSON.parse(fresh.text).results).toHaveLength(2);
    expect(fresh.headers['congress-stale']).toBeUndefined();
    expect(readyMs).toBeLessThan(30_000);
  }, 120_000);
});

/** Until a write goes through. */
async function written(cluster: TestCluster): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { status } = await cluster.replica(1).insertRule('kept', 'p(2)');
    if (status === 201 || status === 409) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('no write goes through');
}
