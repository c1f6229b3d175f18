import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustBe } from '../support/congress-client.ts';
import { settled } from '../support/recovery.ts';
import { projectRoot } from '../support/source-tree.ts';
import { SteadyLoad } from '../support/steady-load.ts';
import { TestCluster } from '../support/test-cluster.ts';

const compiled = 'dist/service/replication/prepared-record.js';

/** A second build of the server beside the first, which reads and writes other formats of change records. */
function buildWith(name: string, formats: { readonly read: number; readonly written: number }): string {
  const root = join(projectRoot, '.run', 'ha', 'builds', name);
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  cpSync(join(projectRoot, 'dist'), join(root, 'dist'), { recursive: true });
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as object;
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...manifest, version: name }));
  const file = join(root, compiled);
  const text = readFileSync(file, 'utf8')
    .replace(/formatVersionRead = \d+/, `formatVersionRead = ${formats.read}`)
    .replace(/formatVersionWritten = \d+/, `formatVersionWritten = ${formats.written}`);
  expect(text).toContain(`formatVersionRead = ${formats.read};`);
  expect(text).toContain(`formatVersionWritten = ${formats.written};`);
  writeFileSync(file, text);
  return root;
}

interface Seen {
  readonly build: string;
  readonly applied: number;
  readonly digest: string;
  readonly ready: boolean;
}

describe('two builds on one database', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start('two-builds', {
      replicas: 2,
      environment: { CONGRESS_WRITE_DEADLINE_MS: '10000' },
    });
    mustBe(201, await cluster.replica(1).createPolicy('steady', ['p(1)', 'q(x) :- p(x)']));
    await settled(cluster);
  }, 120_000);
  afterAll(() => cluster?.stop(), 60_000);

  async function replicas(from: number): Promise<readonly Seen[]> {
    const { text } = await cluster.replica(from).http.send({ path: '/v1/system/replicas' });
    const { results } = JSON.parse(text) as { results: (Seen & { live: boolean })[] };
    return results.filter(({ live }) => live);
  }

  it('serve together, upgrade and roll back without a failed request', async () => {
    const between = buildWith('between', { read: 2, written: 1 });
    const load = new SteadyLoad({
      perSecond: 40,
      send: () => cluster.balancer.askRows('steady', 'q'),
      isGood: ({ status, text }) => status === 200 && JSON.parse(text).results.length === 1,
    });
    await cluster.terminate('replica-2');
    await cluster.startReplica(2, between);
    mustBe(201, await cluster.replica(2).insertRule('steady', 'written_by(2)'));
    mustBe(201, await cluster.replica(1).insertRule('steady', 'written_by(1)'));
    await settled(cluster);
    const seen = await replicas(1);
    expect(seen.map(({ build }) => build)).toContain('between');
    expect(new Set(seen.map(({ build }) => build)).size).toBe(2);
    await cluster.terminate('replica-2');
    await cluster.startReplica(2);
    const { failures, sent } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
  }, 180_000);

  it('part when one writes what the other cannot read: that one says why and leaves the balancer', async () => {
    const newer = buildWith('newer', { read: 2, written: 2 });
    await cluster.terminate('replica-2');
    await cluster.startReplica(2, newer);
    mustBe(201, await cluster.replica(2).insertRule('steady', 'of_format(2)'));
    const stopped = await notReady(cluster, 1);
    expect(stopped).toMatch(/record \d+ has format version 2, newer than this build/);
    const reads = await Promise.all(
      Array.from({ length: 20 }, () => cluster.balancer.askRows('steady', 'of_format')),
    );
    expect(reads.map(({ status }) => status)).toEqual(Array(20).fill(200));
    await cluster.terminate('replica-1');
    await cluster.startReplica(1, newer);
    await settled(cluster);
    expect(new Set((await replicas(1)).filter(({ ready }) => ready).map(({ digest }) => digest)).size).toBe(
      1,
    );
  }, 180_000);
});

/** Waits until the replica is not ready any more and the balancer has noticed; answers what it says. */
async function notReady(cluster: TestCluster, k: number): Promise<string> {
  for (let look = 0; look < 100; look += 1) {
    const { status, text } = await cluster.replica(k).http.send({ path: '/readyz' });
    if (status === 503) {
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      return text;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`replica ${k} stays ready`);
}
