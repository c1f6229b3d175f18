import type { Sequence } from '../../service/base/ids.ts';
import type { Commit } from '../../service/store/state-store.ts';
import { Cluster, overridden, policyNames } from './cluster.ts';

const lostAnswer = { kind: 'lost-acknowledgement' } as const;
const lostRequest = { kind: 'lost-request' } as const;

async function storedPolicies(cluster: Cluster): Promise<number> {
  const entities = await cluster.store.readPartition('policy', new AbortController().signal);
  return entities.length;
}

describe('a commit of unknown outcome', () => {
  it('that was made is found to be made, once', async () => {
    const cluster = await Cluster.ready(1);
    cluster.replica(0).faults.once('commit', lostAnswer);
    expect(await cluster.write(0, cluster.policy('a'))).toMatchObject({ sequence: 2 });
    expect(cluster.replica(0).port.applied()).toBe(2);
    expect(await storedPolicies(cluster)).toBe(3);
    await cluster.stop();
  });

  it('that was made is acknowledged only when its head is visible too', async () => {
    let early = (): boolean => false;
    const cluster = await Cluster.ready(1, {
      wrapStore: (store) =>
        overridden(store, {
          readHead: async (options) => {
            const head = await store.readHead(options);
            return early() && head.sequence === 2 ? { ...head, sequence: 1 as Sequence } : head;
          },
        }),
    });
    const visibleFromMs = cluster.clock.monotonicMs() + 300;
    early = () => cluster.clock.monotonicMs() < visibleFromMs;
    cluster.replica(0).faults.once('commit', lostAnswer);
    cluster.replica(0).faults.always('commit', lostRequest);
    await cluster.write(0, cluster.policy('a'));
    expect(cluster.clock.monotonicMs()).toBeGreaterThanOrEqual(visibleFromMs);
    await cluster.stop();
  });

  it('that was not made is made, once', async () => {
    const cluster = await Cluster.ready(1);
    cluster.replica(0).faults.once('commit', lostRequest, lostRequest);
    expect(await cluster.write(0, cluster.policy('a'))).toMatchObject({ sequence: 2 });
    expect(await storedPolicies(cluster)).toBe(3);
    await cluster.stop();
  });

  it('that lost its place to another is planned again', async () => {
    const cluster = await Cluster.ready(2);
    cluster.replica(0).faults.once('commit', lostRequest);
    const slow = cluster.submit(0, cluster.policy('a'));
    const quick = cluster.submit(1, cluster.policy('b'));
    const [first, second] = await cluster.clock.run(Promise.all([slow, quick]));
    expect([first.sequence, second.sequence].sort()).toEqual([2, 3]);
    await cluster.converge();
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('that arrives late finds its place taken by itself', async () => {
    const cluster = await Cluster.ready(1);
    cluster.replica(0).faults.once('commit', { kind: 'late-request', afterMs: 400 });
    expect(await cluster.write(0, cluster.policy('a'))).toMatchObject({ sequence: 2 });
    await cluster.write(0, cluster.policy('b'));
    await cluster.clock.advance(1_000);
    expect(policyNames(cluster.replica(0).port)).toEqual(['classification', 'action', 'a', 'b']);
    await cluster.stop();
  });

  it('is sent again only as it was', async () => {
    const commits: Commit[] = [];
    const cluster = await Cluster.ready(1, {
      wrapStore: (store) =>
        overridden(store, {
          commit: (commit, signal) => {
            commits.push(structuredClone(commit));
            return store.commit(commit, signal);
          },
        }),
    });
    commits.length = 0;
    cluster.replica(0).faults.once('commit', lostRequest, lostRequest, lostRequest);
    const write = cluster.submit(0, cluster.policy('a'));
    await cluster.clock.advance(1);
    const meanwhile = cluster.submit(0, cluster.policy('b'));
    await cluster.clock.run(Promise.all([write, meanwhile]));
    const firstFour = commits.slice(0, 4);
    expect(new Set(firstFour.map((commit) => JSON.stringify(commit))).size).toBe(1);
    expect(commits.length).toBe(5);
    await cluster.stop();
  });

  it('is told to the caller at its deadline, and comes to light later', async () => {
    const cluster = await Cluster.ready(1);
    const { port, faults } = cluster.replica(0);
    faults.once('commit', { kind: 'late-request', afterMs: 10_000 });
    faults.always('commit', lostRequest);
    const startMs = cluster.clock.monotonicMs();
    await expect(cluster.write(0, cluster.policy('a'))).rejects.toMatchObject({
      code: 'write-outcome-unknown',
    });
    expect(cluster.clock.monotonicMs() - startMs).toBeLessThanOrEqual(2_500);
    faults.heal();
    await cluster.clock.advance(11_000);
    expect(policyNames(port)).toContain('a');
    await expect(cluster.write(0, cluster.policy('b'))).resolves.toMatchObject({ sequence: 3 });
    await cluster.stop();
  });

  it('does not let a later commit take its place twice', async () => {
    const cluster = await Cluster.ready(1);
    const { port, faults } = cluster.replica(0);
    faults.once('commit', { kind: 'late-request', afterMs: 10_000 });
    faults.always('commit', lostRequest);
    await expect(cluster.write(0, cluster.policy('a'))).rejects.toMatchObject({
      code: 'write-outcome-unknown',
    });
    faults.heal();
    await cluster.clock.advance(1_000);
    await expect(cluster.write(0, cluster.policy('b'))).resolves.toMatchObject({ sequence: 2 });
    await cluster.clock.advance(11_000);
    expect(policyNames(port)).toEqual(['classification', 'action', 'b']);
    await cluster.stop();
  });
});

describe('a store that is away', () => {
  it('makes writes fail within their deadline, then at once, and changes nothing', async () => {
    const cluster = await Cluster.ready(1);
    const { port, faults } = cluster.replica(0);
    const digest = port.health().catalogDigest;
    faults.always('every', { kind: 'unavailable', reason: 'unreachable' });
    const startMs = cluster.clock.monotonicMs();
    await expect(cluster.write(0, cluster.policy('a'))).rejects.toMatchObject({
      code: 'write-not-committed',
    });
    expect(cluster.clock.monotonicMs() - startMs).toBeLessThan(2_500);
    const laterMs = cluster.clock.monotonicMs();
    await expect(cluster.write(0, cluster.policy('a'))).rejects.toMatchObject({
      code: 'write-not-committed',
    });
    expect(cluster.clock.monotonicMs()).toBe(laterMs);
    expect(port.health().catalogDigest).toBe(digest);
    faults.heal();
    await cluster.clock.advance(1_200);
    await expect(cluster.write(0, cluster.policy('a'))).resolves.toMatchObject({ sequence: 2 });
    await cluster.stop();
  });

  it('and never answers at all makes writes fail at their deadline', async () => {
    const cluster = await Cluster.ready(1);
    cluster.replica(0).faults.always('every', { kind: 'slow', beforeMs: 1e9, afterMs: 0 });
    const startMs = cluster.clock.monotonicMs();
    await expect(cluster.write(0, cluster.policy('a'))).rejects.toMatchObject({
      code: 'write-outcome-unknown',
    });
    expect(cluster.clock.monotonicMs() - startMs).toBeLessThanOrEqual(2_500);
    cluster.replica(0).faults.heal();
    await cluster.clock.advance(3_000);
    await expect(cluster.write(0, cluster.policy('b'))).resolves.toMatchObject({ sequence: 2 });
    await cluster.stop();
  });

  it('refuses nothing with certainty that it cannot check', async () => {
    const cluster = await Cluster.ready(1);
    const { faults } = cluster.replica(0);
    await cluster.write(0, cluster.policy('a'));
    faults.always('every', { kind: 'unavailable', reason: 'unreachable' });
    await expect(cluster.write(0, cluster.policy('a'))).rejects.toMatchObject({
      code: 'write-not-committed',
    });
    await cluster.stop();
  });
});
