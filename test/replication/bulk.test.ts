import { replacePolicy } from '../../service/policy/writes/replace-policy.ts';
import type { Commit } from '../../service/store/state-store.ts';
import {
  Cluster,
  type ClusterOptions,
  deletePolicy,
  never,
  overridden,
  policyNames,
  ruleTexts,
} from './cluster.ts';

function facts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `fact_${index % 50}("value ${index}")`);
}

function recording(commits: Commit[]): ClusterOptions {
  return {
    wrapStore: (store) =>
      overridden(store, {
        commit: (commit, signal) => {
          commits.push(commit);
          return store.commit(commit, signal);
        },
      }),
  };
}

async function partition(cluster: Cluster, name: string): Promise<number> {
  return (await cluster.store.readPartition(name, never)).length;
}

describe('a write larger than a transaction', () => {
  it('is one commit of small size, visible at once everywhere', async () => {
    const commits: Commit[] = [];
    const cluster = await Cluster.ready(2, recording(commits));
    commits.length = 0;
    const rules = facts(1_000);
    const seen = new Set<number>();
    const write = cluster.submit(0, cluster.policy('large', rules));
    await cluster.until(() => {
      for (const { port } of cluster.replicas) seen.add(ruleTexts(port, 'large').length);
      return cluster.replicas.every(({ port }) => port.applied() === 2);
    });
    await write;
    expect([...seen].sort((left, right) => left - right)).toEqual([0, 1_000]);
    expect(commits.length).toBe(1);
    expect(JSON.stringify(commits[0]).length).toBeLessThan(2_000);
    expect(ruleTexts(cluster.replica(1).port, 'large')).toEqual(rules);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('is loaded by a replica that comes later as it was followed by the others', async () => {
    const cluster = await Cluster.ready(1);
    await cluster.write(0, cluster.policy('other'));
    await cluster.write(0, cluster.policy('large', facts(300)));
    await cluster.write(0, cluster.rule('large', 'later(1)'));
    const late = cluster.start();
    await cluster.until(() => late.port.health().ready);
    expect(new Set(cluster.digests()).size).toBe(1);
    expect(ruleTexts(late.port, 'large').at(-1)).toBe('later(1)');
    await cluster.stop();
  });

  it('deletes a policy with all its rules at once, and its items afterwards', async () => {
    const commits: Commit[] = [];
    const cluster = await Cluster.ready(2, recording(commits));
    await cluster.write(0, cluster.policy('large', facts(500)));
    const id = cluster.replica(0).port.catalog.policyByName('large')!.id;
    await cluster.converge();
    commits.length = 0;
    await cluster.write(1, deletePolicy('large'));
    // The policy, and the note of what it leaves over.
    expect(commits.map(({ writes }) => writes.length)).toEqual([2]);
    await cluster.converge();
    await cluster.clock.advance(1_000);
    for (const { port } of cluster.replicas) {
      expect(policyNames(port)).not.toContain('large');
      expect(port.catalog.rules(id)).toEqual([]);
    }
    expect(await partition(cluster, `rules#${id}#0`)).toBe(0);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('replaces all rules of a policy at once, and nobody sees it without', async () => {
    const commits: Commit[] = [];
    const cluster = await Cluster.ready(2, recording(commits));
    await cluster.write(0, cluster.policy('large', facts(300)));
    const { id } = cluster.replica(0).port.catalog.policyByName('large')!;
    await cluster.converge();
    commits.length = 0;
    const texts = [...facts(400)].reverse();
    const rules = texts.map((text) => cluster.newRule(text));
    const seen = new Set<number>();
    const write = cluster.submit(1, replacePolicy({ policy: 'large', rulesVersion: 77, name: 'new', rules }));
    await cluster.until(() => {
      for (const { port } of cluster.replicas) seen.add(port.catalog.rules(id).length);
      return cluster.replicas.every(({ port }) => port.applied() === 3);
    });
    await write;
    expect([...seen]).toEqual([300, 400]);
    // The policy, and the note of what it leaves over.
    expect(commits.map(({ writes }) => writes.length)).toEqual([2]);
    await cluster.clock.advance(1_000);
    expect(await partition(cluster, `rules#${id}#0`)).toBe(0);
    expect(await partition(cluster, `rules#${id}#77`)).toBe(400);
    const late = cluster.start();
    await cluster.until(() => late.port.health().ready);
    expect(ruleTexts(late.port, 'new')).toEqual(texts);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('reaches a replica that lags although its rules were changed and deleted since', async () => {
    const cluster = await Cluster.ready(2);
    cluster.replica(1).faults.always('every', { kind: 'unavailable', reason: 'unreachable' });
    await cluster.write(0, cluster.policy('large', facts(300)));
    await cluster.write(0, cluster.rule('large', 'later(1)'));
    await cluster.write(0, deletePolicy('large'));
    await cluster.write(0, cluster.policy('last'));
    await cluster.clock.advance(1_000);
    cluster.replica(1).faults.heal();
    await cluster.converge();
    expect(policyNames(cluster.replica(1).port)).toEqual(['classification', 'action', 'last']);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('is prepared once although others commit meanwhile', async () => {
    const cluster = await Cluster.ready(2);
    let detached = 0;
    const { faults } = cluster.replica(0);
    faults.once('write-detached', { kind: 'slow', beforeMs: 500, afterMs: 0 });
    const write = cluster.submit(0, cluster.policy('large', facts(300)));
    await cluster.clock.advance(100);
    for (const name of ['a', 'b', 'c']) {
      await cluster.write(1, cluster.policy(name));
      detached += 1;
    }
    expect(await cluster.clock.run(write)).toMatchObject({ sequence: 2 + detached });
    await cluster.converge();
    expect(new Set(cluster.digests()).size).toBe(1);
    const late = cluster.start();
    await cluster.until(() => late.port.health().ready);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('lets small writes pass while it is prepared', async () => {
    const cluster = await Cluster.ready(1);
    cluster.replica(0).faults.once('write-detached', { kind: 'slow', beforeMs: 5_000, afterMs: 0 });
    const large = cluster.submit(0, cluster.policy('large', facts(300)));
    await cluster.clock.advance(100);
    expect(await cluster.write(0, cluster.policy('small'))).toMatchObject({ sequence: 2 });
    expect(await cluster.clock.run(large)).toMatchObject({ sequence: 3 });
    await cluster.stop();
  });

  it('that is refused leaves nothing beside', async () => {
    const cluster = await Cluster.ready(1);
    const { faults } = cluster.replica(0);
    faults.once('write-detached', { kind: 'slow', beforeMs: 500, afterMs: 0 });
    const large = cluster.policy('same', facts(300));
    const outcome = cluster.submit(0, large);
    await cluster.clock.advance(100);
    await cluster.write(0, cluster.policy('same'));
    await expect(cluster.clock.run(outcome)).rejects.toMatchObject({ code: 'policy-name-taken' });
    await cluster.clock.advance(1_000);
    const names = await storedPartitions(cluster);
    expect(names.filter((name) => /^(rules|detached)#/.test(name))).toEqual([]);
    await cluster.stop();
  });

  it('remembers a large result for its idempotency key', async () => {
    const cluster = await Cluster.ready(2);
    const write = cluster.policy('large', facts(600));
    const first = await cluster.write(0, write, 'key');
    expect(await cluster.write(0, write, 'key')).toEqual({ ...first, replayed: true });
    expect(await cluster.write(1, write, 'key')).toEqual({ ...first, replayed: true });
    await cluster.converge();
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('fails whole when the store goes away while it is prepared', async () => {
    const cluster = await Cluster.ready(1);
    const { faults, port } = cluster.replica(0);
    faults.once('write-detached', { kind: 'partial' });
    await expect(cluster.write(0, cluster.policy('large', facts(300)))).rejects.toMatchObject({
      code: 'write-not-committed',
    });
    expect(policyNames(port)).not.toContain('large');
    await cluster.stop();
  });
});

/** Names of the partitions that hold anything. */
async function storedPartitions(cluster: Cluster): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const name of cluster.partitionsWritten) if ((await partition(cluster, name)) > 0) kept.push(name);
  return kept;
}
