import fc from 'fast-check';
import { Cluster, ruleTexts } from './cluster.ts';
import { runScenario } from './scenario.ts';

describe('replicas behind a bad network', () => {
  it('keep every promise, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        expect(await runScenario({ seed })).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('run the same for the same seed', async () => {
    const runs = [await runScenario({ seed: 42 }), await runScenario({ seed: 42 })];
    expect(runs[1]).toEqual(runs[0]);
  });
});

describe('many writes at once', () => {
  it('over three replicas are all there in the end, everywhere', async () => {
    const cluster = await Cluster.ready(3, {
      chances: [{ operation: 'commit', probability: 1, fault: { kind: 'slow', beforeMs: 4, afterMs: 4 } }],
    });
    await cluster.write(0, cluster.policy('kept'));
    const writes = Array.from({ length: 500 }, (_, index) =>
      cluster.submit(index % 3, cluster.rule('kept', `fact_${index}(${index})`)),
    );
    const outcomes = await cluster.clock.run(Promise.allSettled(writes));
    const acknowledged = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(acknowledged.length).toBe(500);
    const head = await cluster.converge();
    expect(head).toBeLessThan(100);
    for (const { port } of cluster.replicas) expect(ruleTexts(port, 'kept').length).toBe(500);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });
});
