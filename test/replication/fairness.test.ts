import { Cluster, type ClusterOptions } from './cluster.ts';

/** A store as far away as DynamoDB: every call takes a few milliseconds, each way. */
const far: ClusterOptions = {
  chances: [
    { operation: 'commit', probability: 1, fault: { kind: 'slow', beforeMs: 8, afterMs: 4 } },
    { operation: 'read-head', probability: 1, fault: { kind: 'slow', beforeMs: 2, afterMs: 2 } },
    { operation: 'read-records', probability: 1, fault: { kind: 'slow', beforeMs: 3, afterMs: 2 } },
  ],
};

/** Durations of the writes of each replica, all writing as fast as they can. */
async function durationsUnderContention(
  replicas: number,
  forMs: number,
  seed = 1,
): Promise<readonly (readonly number[])[]> {
  const cluster = await Cluster.ready(replicas, { ...far, seed });
  await cluster.write(0, cluster.policy('p'));
  await cluster.converge();
  const endMs = cluster.clock.monotonicMs() + forMs;
  const durations = cluster.replicas.map((): number[] => []);
  let number = 0;
  const writer = async (index: number): Promise<void> => {
    while (cluster.clock.monotonicMs() < endMs) {
      number += 1;
      const startedMs = cluster.clock.monotonicMs();
      await cluster.submit(index, cluster.rule('p', `q(${number})`)).catch(() => {});
      durations[index]!.push(cluster.clock.monotonicMs() - startedMs);
    }
  };
  const writers = cluster.replicas.flatMap((_, index) => [0, 1, 2].map(() => writer(index)));
  await cluster.clock.run(Promise.all(writers));
  await cluster.stop();
  return durations;
}

/**
 * Without turn-taking.ts, or when a replica plans on what it knew before its pause, one of the four makes all commits
 * and the others time out.
 */
describe('replicas that all write as fast as they can', () => {
  it('all get their turn', async () => {
    for (const seed of [1, 2]) {
      const durations = await durationsUnderContention(4, 4_000, seed);
      const counts = durations.map(({ length }) => length);
      expect(Math.max(...durations.flat())).toBeLessThan(2_000);
      expect(Math.min(...counts) * 4).toBeGreaterThan(Math.max(...counts));
    }
  }, 30_000);
});
