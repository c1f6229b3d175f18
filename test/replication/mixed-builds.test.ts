import { Cluster, never, policyNames } from './cluster.ts';

/** What a build reads and writes; settings of one replica. */
const older = { formatVersionRead: 1, formatVersionWritten: 1 };
const between = { formatVersionRead: 2, formatVersionWritten: 1 };
const newer = { formatVersionRead: 2, formatVersionWritten: 2 };

type Build = typeof older;

async function clusterOf(...builds: readonly Build[]): Promise<Cluster> {
  const cluster = new Cluster();
  for (const build of builds) cluster.start(build);
  await cluster.until(() => cluster.replicas.every(({ port }) => port.health().ready));
  return cluster;
}

describe('two builds side by side', () => {
  it('serve and write together when the newer one only reads the new format', async () => {
    const cluster = await clusterOf(older, between);
    await cluster.write(0, cluster.policy('a'));
    await cluster.write(1, cluster.policy('b'));
    await cluster.write(0, cluster.policy('c'));
    await cluster.converge();
    expect(new Set(cluster.digests()).size).toBe(1);
    for (const { port } of cluster.replicas)
      expect(port.health()).toMatchObject({ ready: true, reasons: [] });
    await cluster.stop();
  });

  it('part when the newer one writes what the older cannot read: that one stops, says why, and stays readable', async () => {
    const cluster = await clusterOf(older, between);
    const [old, mid] = [cluster.replica(0), cluster.replica(1)];
    const next = cluster.start(newer);
    await cluster.until(() => next.port.health().ready);
    await cluster.write(2, cluster.policy('new'));
    await cluster.clock.advance(1_000);
    expect(old.port.health()).toMatchObject({ ready: false, applied: 1 });
    expect(old.port.health().reasons).toEqual(['record 2 has format version 2, newer than this build']);
    expect(policyNames(old.port)).toEqual(['classification', 'action']);
    await expect(cluster.write(0, cluster.policy('late'))).rejects.toMatchObject({
      code: 'write-not-committed',
    });
    expect(mid.port.health()).toMatchObject({ ready: true, applied: 2 });
    expect(policyNames(mid.port)).toContain('new');
    await cluster.stop();
  });

  it('do not let an older one start on what a newer one has written', async () => {
    const cluster = await clusterOf(newer);
    const old = cluster.start(older);
    await cluster.clock.advance(3_000);
    expect(old.port.health().ready).toBe(false);
    expect(old.port.health().reasons.join()).toContain(
      'the store holds format version 2, this build reads up to 1',
    );
    await cluster.stop();
  });

  it('nor after a roll-back to a build that reads both and writes the old one', async () => {
    const cluster = await clusterOf(newer, between);
    await cluster.write(0, cluster.policy('new'));
    await cluster.clock.run(cluster.replica(0).replication.stop());
    await cluster.write(1, cluster.policy('rolled_back'));
    const head = await cluster.store.readHead({ consistency: 'strong', signal: never });
    expect(head.formatVersion).toBe(2);
    const old = cluster.start(older);
    await cluster.clock.advance(3_000);
    expect(old.port.health().ready).toBe(false);
    await cluster.stop();
  });
});
