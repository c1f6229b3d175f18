import type { Commit, StateStore } from '../../service/store/state-store.ts';
import { Cluster, deletePolicy, never, overridden, policyNames, ruleTexts } from './cluster.ts';

/** Answers of several writes: `ok` or the code of the problem, sorted. */
async function outcomes(cluster: Cluster, writes: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const settled = await cluster.clock.run(Promise.allSettled(writes));
  const codeOf = (reason: unknown): string => (reason as { readonly code?: string }).code ?? String(reason);
  return settled.map((each) => (each.status === 'fulfilled' ? 'ok' : codeOf(each.reason))).sort();
}

/** Keeps every commit that the replicas send. */
function recording(commits: Commit[]): (store: StateStore) => StateStore {
  return (store) =>
    overridden(store, {
      commit: (commit, signal) => {
        commits.push(commit);
        return store.commit(commit, signal);
      },
    });
}

describe('the committer', () => {
  it('applies a write here before it answers', async () => {
    const cluster = await Cluster.ready(1);
    const outcome = await cluster.write(0, cluster.policy('a'));
    expect(outcome).toMatchObject({ sequence: 2, replayed: false });
    expect(cluster.replica(0).port.applied()).toBe(2);
    await cluster.stop();
  });

  it('gathers a group while a transaction is under way', async () => {
    const commits: Commit[] = [];
    const cluster = await Cluster.ready(1, { wrapStore: recording(commits) });
    commits.length = 0;
    cluster.replica(0).faults.once('commit', { kind: 'slow', beforeMs: 20, afterMs: 20 });
    const first = cluster.submit(0, cluster.policy('first'));
    await cluster.clock.settle();
    const others = ['a', 'b', 'c'].map((name) => cluster.submit(0, cluster.policy(name)));
    expect(await outcomes(cluster, [first, ...others])).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(commits.map(({ record }) => record.changes.length)).toEqual([1, 3]);
    expect(policyNames(cluster.replica(0).port)).toEqual([
      'classification',
      'action',
      'first',
      'a',
      'b',
      'c',
    ]);
    await cluster.stop();
  });

  it('validates a write against those before it in the group; an invalid one fails alone', async () => {
    const cluster = await Cluster.ready(1);
    const writes = [
      cluster.submit(0, cluster.policy('a', ['p(x) :- q(x)'])),
      cluster.submit(0, cluster.policy('a')),
      cluster.submit(0, cluster.rule('a', 'q(x) :- p(x)')),
      cluster.submit(0, cluster.rule('a', 'q(1)')),
      cluster.submit(0, cluster.rule('missing', 'q(1)')),
    ];
    const codes = await outcomes(cluster, writes);
    expect(codes.filter((code) => code === 'ok').length).toBe(2);
    expect(ruleTexts(cluster.replica(0).port, 'a')).toEqual(['p(x) :- q(x)', 'q(1)']);
    await cluster.stop();
  });

  it('shows nothing that is not committed', async () => {
    const cluster = await Cluster.ready(1);
    const { port, faults } = cluster.replica(0);
    faults.once('commit', { kind: 'slow', beforeMs: 100, afterMs: 0 });
    const digest = port.health().catalogDigest;
    const write = cluster.submit(0, cluster.policy('a'));
    await cluster.clock.advance(50);
    expect(port.health().catalogDigest).toBe(digest);
    await cluster.clock.run(write);
    expect(policyNames(port)).toContain('a');
    await cluster.stop();
  });

  it('commits no more than fits one transaction, in order', async () => {
    const commits: Commit[] = [];
    const cluster = await Cluster.ready(1, { wrapStore: recording(commits) });
    commits.length = 0;
    const writes = Array.from({ length: 250 }, (_, index) => cluster.submit(0, cluster.policy(`p${index}`)));
    await cluster.clock.run(Promise.all(writes));
    expect(commits.map((commit) => commit.writes.length)).toEqual([97, 97, 56]);
    expect(policyNames(cluster.replica(0).port).slice(2)).toEqual(writes.map((_, index) => `p${index}`));
    await cluster.stop();
  });

  it('lets one of two replicas create a policy, the other refuses', async () => {
    const cluster = await Cluster.ready(2);
    const writes = [0, 1].map((index) => cluster.submit(index, cluster.policy('same')));
    expect(await outcomes(cluster, writes)).toEqual(['ok', 'policy-name-taken']);
    await cluster.stop();
  });

  it('lets one of two replicas close a cycle of rules', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const cluster = await Cluster.ready(2, { seed });
      await cluster.write(0, cluster.policy('a'));
      const writes = [
        cluster.submit(0, cluster.rule('a', 'p(x) :- q(x)')),
        cluster.submit(1, cluster.rule('a', 'q(x) :- p(x)')),
      ];
      const codes = await outcomes(cluster, writes);
      expect(codes.filter((code) => code === 'ok').length).toBe(1);
      await cluster.stop();
    }
  });

  it('never leaves a rule without its policy', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const cluster = await Cluster.ready(2, { seed });
      await cluster.write(0, cluster.policy('a'));
      await cluster.converge();
      const id = cluster.replica(0).port.catalog.policyByName('a')!.id;
      const writes = [
        cluster.submit(0, deletePolicy('a')),
        cluster.submit(1, cluster.rule('a', 'p(1)')),
        cluster.submit(1, cluster.rule('a', 'p(2)')),
      ];
      const codes = await outcomes(cluster, writes);
      expect(codes).toContain('ok');
      await cluster.converge();
      for (const { port } of cluster.replicas) {
        expect(port.catalog.policyByName('a')).toBeUndefined();
        expect(port.catalog.rules(id)).toEqual([]);
      }
      const left = await cluster.store.readPartition(`rules#${id}#0`, never);
      expect(left).toEqual([]);
      await cluster.stop();
    }
  });

  it('judges a refusal on a catalog that is current', async () => {
    const cluster = await Cluster.ready(2);
    await cluster.write(0, cluster.policy('a'));
    await cluster.converge();
    await cluster.write(0, deletePolicy('a'));
    expect(policyNames(cluster.replica(1).port)).toContain('a');
    await expect(cluster.write(1, cluster.policy('a'))).resolves.toMatchObject({ replayed: false });
    await cluster.stop();
  });

  it('refuses in one read of the head, however many are refused', async () => {
    const cluster = await Cluster.ready(1);
    const writes = Array.from({ length: 20 }, () => cluster.submit(0, deletePolicy('missing')));
    const codes = await outcomes(cluster, writes);
    expect(new Set(codes)).toEqual(new Set(['policy-not-found']));
    expect(cluster.replica(0).port.applied()).toBe(1);
    await cluster.stop();
  });

  it('commits nothing for a write that changes nothing', async () => {
    const cluster = await Cluster.ready(1);
    const nothing = { name: 'nothing', plan: () => ({ changes: [], result: 'done' }) };
    expect(await cluster.write(0, nothing)).toEqual({ sequence: 1, result: 'done', replayed: false });
    await cluster.stop();
  });

  it('hands a planner that is broken back to its caller, and serves on', async () => {
    const cluster = await Cluster.ready(1);
    const broken = {
      name: 'broken',
      plan: () => {
        throw new TypeError('a bug');
      },
    };
    await expect(cluster.write(0, broken)).rejects.toThrow(TypeError);
    await expect(cluster.write(0, cluster.policy('a'))).resolves.toMatchObject({ sequence: 2 });
    await cluster.stop();
  });

  it('refuses early when too many wait', async () => {
    const cluster = await Cluster.ready(1, { settings: { queuedWritesMax: 3 } });
    const writes = Array.from({ length: 5 }, (_, index) => cluster.submit(0, cluster.policy(`p${index}`)));
    expect(await outcomes(cluster, writes)).toEqual([
      'ok',
      'ok',
      'ok',
      'write-queue-full',
      'write-queue-full',
    ]);
    await cluster.stop();
  });

  it('drops a write that its client gave up while it waited', async () => {
    const cluster = await Cluster.ready(1);
    cluster.replica(0).faults.once('commit', { kind: 'slow', beforeMs: 50, afterMs: 0 });
    const first = cluster.submit(0, cluster.policy('first'));
    await cluster.clock.settle();
    const client = new AbortController();
    const second = cluster.replica(0).port.write(cluster.policy('second'), { signal: client.signal });
    client.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    await cluster.clock.run(first);
    await cluster.clock.advance(1_000);
    expect(policyNames(cluster.replica(0).port)).not.toContain('second');
    await cluster.stop();
  });

  it('answers what it has when it stops, and takes nothing new', async () => {
    const cluster = await Cluster.ready(1);
    const write = cluster.submit(0, cluster.policy('a'));
    const stopped = cluster.stop();
    await expect(write).resolves.toMatchObject({ sequence: 2 });
    await stopped;
    await expect(cluster.submit(0, cluster.policy('b'))).rejects.toMatchObject({
      code: 'write-not-committed',
    });
  });
});
