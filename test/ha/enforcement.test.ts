import { setTimeout as delay } from 'node:timers/promises';
import type { MemberName } from '../../scripts/cluster/cluster-plan.ts';
import { mustBe } from '../support/congress-client.ts';
import { JsonService } from '../support/json-service.ts';
import { note, TestCluster } from '../support/test-cluster.ts';

const leaseDurationMs = 2_000;
const takeOverMs = leaseDurationMs * 1.25 + 1_500;

describe('the replica that enforces', () => {
  let cluster: TestCluster;
  let target: JsonService;
  let rows = 0;

  beforeAll(async () => {
    // Slow, so that a fault finds actions under way.
    target = await JsonService.start((_, response) => {
      setTimeout(() => response.end('{}'), 50);
    });
    cluster = await TestCluster.start('enforcement', {
      replicas: 3,
      environment: { CONGRESS_POLL_INTERVAL_MS: '100', CONGRESS_LEASE_DURATION_MS: String(leaseDurationMs) },
    });
    const actions = { act: { url: '/act/{row}', arguments: ['row'], attempts: 20, timeout: 5 } };
    const body = { name: 'target', driver: 'http_json', config: { url: target.url, actions } };
    mustBe(201, await cluster.replica(1).http.send({ method: 'POST', path: '/v1/data-sources', body }));
    mustBe(201, await cluster.replica(1).createPolicy('p', ['execute[target:act(x)] :- q(x)']));
  }, 120_000);

  afterAll(async () => {
    await cluster?.stop();
    await target?.close();
  }, 60_000);

  /** Adds a row through a replica that answers; acknowledged when this resolves. */
  async function addRow(through: readonly number[]): Promise<void> {
    const k = through[rows % through.length]!;
    const row = rows;
    mustBe(201, await cluster.replica(k).insertRule('p', `q(${row})`));
    rows += 1;
  }

  async function addRows(count: number, through: readonly number[]): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      await addRow(through);
      await delay(20);
    }
  }

  /** Number of the replica that holds the lease, as its heartbeat says. */
  async function holder(through: number): Promise<number> {
    for (;;) {
      const answer = await cluster.replica(through).http.send({ path: '/v1/system/replicas' });
      const { results } = JSON.parse(answer.text) as {
        results: { replica: string; leases: readonly string[]; live: boolean }[];
      };
      const found = results.find(({ leases, live }) => live && leases.includes('enforcement'));
      const k = /^replica-(\d+)/.exec(found?.replica ?? '')?.[1];
      if (k !== undefined) return Number(k);
      await delay(100);
    }
  }

  const keysOf = (row: number) =>
    target.received
      .filter(({ url }) => url === `/act/${row}`)
      .map(({ headers }) => headers['idempotency-key']);

  /** Resolves when every row was acted on, or throws with those that were not. */
  async function allActedOn(withinMs: number): Promise<number> {
    const startedAt = performance.now();
    for (;;) {
      const missing = Array.from({ length: rows }, (_, row) => row).filter((row) => keysOf(row).length === 0);
      if (missing.length === 0) return performance.now() - startedAt;
      if (performance.now() - startedAt > withinMs) throw new Error(`not acted on: ${missing.join()}`);
      await delay(20);
    }
  }

  async function scenario(
    name: string,
    fault: (k: MemberName) => Promise<void>,
    after: (k: number) => Promise<void>,
  ) {
    // Heartbeats tell a moment later.
    await delay(6_000);
    const k = await holder(1);
    const others = [1, 2, 3].filter((each) => each !== k);
    await addRows(10, others);
    await Promise.all([fault(`replica-${k}`), addRows(20, others)]);
    const recoveredMs = await allActedOn(takeOverMs + 10_000);
    await after(k);
    await addRows(10, [1, 2, 3]);
    await allActedOn(takeOverMs + 10_000);
    const different = Array.from({ length: rows }, (_, row) => new Set(keysOf(row)).size);
    const repeated = Array.from({ length: rows }, (_, row) => keysOf(row).length).filter(
      (calls) => calls > 1,
    ).length;
    note({
      scenario: name,
      sent: rows,
      failed: different.filter((count) => count !== 1).length,
      recoveredMs,
      note: `${rows} activations expected and executed; ${repeated} requests repeated with the same Idempotency-Key`,
    });
    expect(different.filter((count) => count !== 1)).toEqual([]);
  }

  it('paused past its lease and resumed: every activation is executed once', async () => {
    await scenario(
      'enforcement: holder SIGSTOP past its lease, then resumed',
      async (name) => {
        cluster.pause(name);
        await delay(takeOverMs);
        cluster.resume(name);
      },
      async () => {},
    );
  }, 120_000);

  it('killed: every activation is executed once', async () => {
    await scenario(
      'enforcement: holder kill -9',
      (name) => cluster.kill(name),
      (k) => cluster.startReplica(k),
    );
  }, 120_000);

  it('ended in order: another goes on at once', async () => {
    await scenario(
      'enforcement: holder SIGTERM',
      async (name) => {
        await cluster.terminate(name);
      },
      (k) => cluster.startReplica(k),
    );
  }, 120_000);

  it('leaves a ledger in which every activation is done, the same on every replica', async () => {
    await delay(1_000);
    for (const k of [1, 2, 3]) {
      const answer = await cluster.replica(k).http.send({ path: '/v1/system/executions?limit=1000' });
      const { results } = JSON.parse(answer.text) as { results: { state: string; closed: boolean }[] };
      expect(results).toHaveLength(rows);
      expect(results.filter(({ state, closed }) => state !== 'done' || closed)).toEqual([]);
    }
  });
});
