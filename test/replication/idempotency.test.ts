import { Cluster, policyNames } from './cluster.ts';

const dayMs = 24 * 3_600_000;

describe('an idempotency key', () => {
  it('makes a repeated write answer as the first, from any replica', async () => {
    const cluster = await Cluster.ready(2);
    const first = await cluster.write(0, cluster.policy('a'), 'key');
    const again = await cluster.write(1, cluster.policy('a'), 'key');
    expect(first.replayed).toBe(false);
    expect(again).toEqual({ ...first, replayed: true });
    expect(cluster.replica(0).port.applied()).toBe(2);
    await cluster.stop();
  });

  it('makes two writes at the same moment on two replicas one', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const cluster = await Cluster.ready(2, { seed });
      const both = [0, 1].map((index) => cluster.submit(index, cluster.policy('a'), 'key'));
      const [left, right] = await cluster.clock.run(Promise.all(both));
      expect(left?.result).toEqual(right?.result);
      expect([left?.replayed, right?.replayed].sort()).toEqual([false, true]);
      await cluster.stop();
    }
  });

  it('makes two writes in one group one', async () => {
    const cluster = await Cluster.ready(1);
    const both = [1, 2].map(() => cluster.submit(0, cluster.policy('a'), 'key'));
    const outcomes = await cluster.clock.run(Promise.all(both));
    expect(outcomes.map(({ replayed }) => replayed)).toEqual([false, true]);
    await cluster.stop();
  });

  it('is refused with another body', async () => {
    const cluster = await Cluster.ready(1);
    await cluster.write(0, cluster.policy('a'), 'key');
    const other = cluster.replica(0).port.write(cluster.policy('b'), {
      signal: new AbortController().signal,
      idempotency: { key: 'key', fingerprint: 'another body' },
    });
    await expect(cluster.clock.run(other)).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    await cluster.stop();
  });

  it('tells after an unknown outcome what became of the write', async () => {
    const cluster = await Cluster.ready(1);
    const { faults } = cluster.replica(0);
    faults.once('commit', { kind: 'lost-acknowledgement' });
    faults.always('every', { kind: 'lost-request' });
    await expect(cluster.write(0, cluster.policy('a'), 'key')).rejects.toMatchObject({
      code: 'write-outcome-unknown',
    });
    faults.heal();
    await cluster.clock.advance(2_000);
    expect(await cluster.write(0, cluster.policy('a'), 'key')).toMatchObject({ sequence: 2, replayed: true });
    await cluster.stop();
  });

  it('is forgotten after a day, on every replica at the same sequence', async () => {
    const cluster = await Cluster.ready(2);
    for (const name of ['a', 'b', 'c']) await cluster.write(0, cluster.policy(name), `key-${name}`);
    await cluster.clock.advance(100);
    cluster.clock.jumpWallClock(dayMs);
    await cluster.clock.advance(1_000);
    await cluster.write(1, cluster.policy('d'), 'key-a');
    await cluster.converge();
    for (const { port } of cluster.replicas) {
      expect([...port.catalog.idempotencyEntries()].map(({ key }) => key)).toEqual(['key-a']);
    }
    expect(new Set(cluster.digests()).size).toBe(1);
    expect(policyNames(cluster.replica(0).port)).toContain('d');
    const late = cluster.start();
    await cluster.until(() => late.port.health().ready);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('may be of any length', async () => {
    const cluster = await Cluster.ready(1);
    const key = 'POST /v1/policies '.repeat(500);
    await cluster.write(0, cluster.policy('a'), key);
    expect(await cluster.write(0, cluster.policy('a'), key)).toMatchObject({ replayed: true });
    await cluster.stop();
  });
});
