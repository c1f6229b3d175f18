import { mutations } from './mutations.ts';
import { planOf } from './plan.ts';
import { partsOf, planWith, shrink } from './shrink.ts';
import { simulate } from './simulation.ts';

/** Many more seeds run with `npm run test:simulator`. */
const seeds = Array.from({ length: 4 }, (_, index) => index + 1);

describe('a simulated cluster', () => {
  it.each(seeds)('keeps every promise with seed %i', async (seed) => {
    const { wrong, commits } = await simulate(planOf(seed));
    expect(wrong).toEqual([]);
    expect(commits).toBeGreaterThan(1);
  });

  it('runs the same for the same seed, byte for byte, and another way for another', async () => {
    const [first, again, other] = [
      await simulate(planOf(11), { trace: true }),
      await simulate(planOf(11), { trace: true }),
      await simulate(planOf(12), { trace: true }),
    ];
    expect(first.trace.length).toBeGreaterThan(500);
    expect(again.trace.join('\n')).toBe(first.trace.join('\n'));
    expect(other.trace.join('\n')).not.toBe(first.trace.join('\n'));
  }, 30_000);
});

describe('a broken promise', () => {
  const mutation = mutations.find(({ name }) => name === 'waiting-for-the-token')!;
  const broken = async (plan: ReturnType<typeof planOf>): Promise<boolean> =>
    (await simulate(plan, { mutation })).wrong.length > 0;

  it('is found, made small, and replayed from the parts that are left', async () => {
    let seed = 1;
    while (seed < 20 && !(await broken(planOf(seed)))) seed += 1;
    const plan = planOf(seed);
    const parts = await shrink(plan, broken, 12);
    expect(parts.length).toBeLessThan(partsOf(plan).length / 2);
    const small = planWith(plan, new Set(parts));
    const runs = [
      await simulate(small, { mutation, trace: true }),
      await simulate(small, { mutation, trace: true }),
    ];
    expect(runs[0]!.wrong).not.toEqual([]);
    expect(runs[1]).toEqual(runs[0]);
  }, 30_000);
});
