import { Cluster, policyNames } from './cluster.ts';

describe('a cluster', () => {
  it('starts', async () => {
    const cluster = await Cluster.ready(2);
    expect(policyNames(cluster.replica(0).port)).toEqual(['classification', 'action']);
    const { sequence } = await cluster.write(0, cluster.policy('a', ['p(x) :- q(x)', 'q(1)']));
    expect(sequence).toBe(2);
    await cluster.converge();
    expect(new Set(cluster.digests()).size).toBe(1);
    expect(cluster.replica(1).port.engine.rows({ policy: 'a', table: 'p', arity: 1, modal: null })).toEqual([
      [1n],
    ]);
    await cluster.stop();
  });
});
