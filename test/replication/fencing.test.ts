import type { LeaseCondition } from '../../service/store/lease-store.ts';
import type { StateStore } from '../../service/store/state-store.ts';
import { Cluster, type ClusterOptions, never, overridden, policyNames } from './cluster.ts';

/** A write that only the holder may make, while it holds. */
function submit(
  cluster: Cluster,
  index: number,
  given: { readonly name: string; readonly lease: LeaseCondition },
) {
  const outcome = cluster
    .replica(index)
    .port.write(cluster.policy(given.name), { signal: never, lease: given.lease });
  outcome.catch(() => {});
  return outcome;
}

/** The lease `work` in the hands of replica 0, then, while that one knows nothing of it, of replica 1. */
async function takenOver(options: ClusterOptions = {}): Promise<{
  readonly cluster: Cluster;
  readonly old: LeaseCondition;
  readonly current: LeaseCondition;
}> {
  const cluster = await Cluster.ready(2, options);
  const { leases } = cluster.store;
  const wish = { name: 'work', durationMs: 8_000 };
  const old = await leases.takeLease({ ...wish, holder: 'replica-1', seen: null }, never);
  const current = await leases.takeLease({ ...wish, holder: 'replica-2', seen: old }, never);
  return { cluster, old: condition(old), current: condition(current) };
}

function condition(lease: LeaseCondition | null): LeaseCondition {
  if (lease === null) throw new Error('the lease was not free');
  return { name: lease.name, generation: lease.generation };
}

/** A store that takes a commit whatever lease it depends on. */
function withoutFencing(store: StateStore): StateStore {
  return overridden(store, {
    commit: ({ record, writes }, signal) => store.commit({ record, writes }, signal),
  });
}

describe('a write that depends on a lease', () => {
  it('is made by the holder and refused to whoever held it before', async () => {
    const { cluster, old, current } = await takenOver();
    await expect(cluster.clock.run(submit(cluster, 0, { name: 'late', lease: old }))).rejects.toMatchObject({
      code: 'lease-lost',
      lease: 'work',
    });
    const made = await cluster.clock.run(submit(cluster, 1, { name: 'made', lease: current }));
    await cluster.converge();
    expect(made.sequence).toBe(2);
    for (const { port } of cluster.replicas) expect(policyNames(port)).not.toContain('late');
    await cluster.stop();
  });

  it('fails alone when others go with it in one commit', async () => {
    const { cluster, old } = await takenOver();
    const outcomes = [
      cluster.submit(0, cluster.policy('a')),
      submit(cluster, 0, { name: 'late', lease: old }),
      cluster.submit(0, cluster.policy('b')),
    ];
    const settled = await cluster.clock.run(Promise.allSettled(outcomes));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(policyNames(cluster.replica(0).port)).toEqual(['classification', 'action', 'a', 'b']);
    await cluster.stop();
  });

  it('of which the acknowledgement was lost is committed all the same when the lease is lost afterwards', async () => {
    const cluster = await Cluster.ready(1);
    const { leases } = cluster.store;
    const wish = { name: 'work', durationMs: 8_000 };
    const taken = await leases.takeLease({ ...wish, holder: 'replica-1', seen: null }, never);
    const { faults } = cluster.replica(0);
    faults.once('commit', { kind: 'lost-acknowledgement' });
    faults.once('read-record', { kind: 'unavailable', reason: 'server-error' });
    const outcome = submit(cluster, 0, { name: 'made', lease: condition(taken) });
    await cluster.clock.settle();
    await leases.takeLease({ ...wish, holder: 'replica-2', seen: taken }, never);
    expect(await cluster.clock.run(outcome)).toMatchObject({ sequence: 2 });
    await cluster.stop();
  });

  it('of which the request was lost is refused when the lease is lost meanwhile', async () => {
    const cluster = await Cluster.ready(1);
    const { leases } = cluster.store;
    const wish = { name: 'work', durationMs: 8_000 };
    const taken = await leases.takeLease({ ...wish, holder: 'replica-1', seen: null }, never);
    cluster.replica(0).faults.once('commit', { kind: 'lost-request' });
    const outcome = submit(cluster, 0, { name: 'late', lease: condition(taken) });
    await cluster.clock.settle();
    await leases.takeLease({ ...wish, holder: 'replica-2', seen: taken }, never);
    await expect(cluster.clock.run(outcome)).rejects.toMatchObject({ code: 'lease-lost' });
    expect(policyNames(cluster.replica(0).port)).not.toContain('late');
    await cluster.stop();
  });

  it('is made by two holders at once when the store does not fence: what the tests above rule out', async () => {
    const { cluster, old, current } = await takenOver({ wrapStore: withoutFencing });
    await cluster.clock.run(submit(cluster, 0, { name: 'late', lease: old }));
    await cluster.clock.run(submit(cluster, 1, { name: 'made', lease: current }));
    expect(policyNames(cluster.replica(1).port)).toContain('late');
    await cluster.stop();
  });
});
