import { SeededRandom } from '../../../examples/openstack-cloud/seeded-random.ts';
import { WeightedChoice } from '../../../examples/openstack-cloud/weighted-choice.ts';

describe('seeded random choices', () => {
  it('repeat for the same seed', () => {
    const [one, other] = [new SeededRandom(42), new SeededRandom(42)];
    for (let count = 0; count < 100; count += 1) expect(one.next()).toBe(other.next());
  });

  it('are those of mulberry32', () => {
    const random = new SeededRandom(0);
    expect(Array.from({ length: 3 }, () => Math.floor(random.next() * 2 ** 32))).toEqual([
      1_144_304_738, 1_416_247, 958_946_056,
    ]);
  });

  it('of a fork do not depend on how much its parent was used', () => {
    const used = new SeededRandom(42);
    used.next();
    expect(used.fork('a').next()).toBe(new SeededRandom(42).fork('a').next());
    expect(used.fork('a').next()).not.toBe(used.fork('b').next());
  });

  it('spread evenly over a range, both ends included', () => {
    const random = new SeededRandom(1);
    const counts = new Map<number, number>();
    for (let count = 0; count < 6000; count += 1) {
      const value = random.integer(1, 6);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it('follow weights, in a list or prepared', () => {
    const random = new SeededRandom(1);
    const prepared = new WeightedChoice(['rare', 'common'], (choice) => (choice === 'rare' ? 1 : 9));
    let [rare, rarePrepared] = [0, 0];
    for (let count = 0; count < 10_000; count += 1) {
      if (
        random.weighted([
          ['rare', 1],
          ['common', 9],
        ]) === 'rare'
      )
        rare += 1;
      if (prepared.pick(random) === 'rare') rarePrepared += 1;
    }
    for (const count of [rare, rarePrepared]) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it('make ids shaped as the services make them', () => {
    const random = new SeededRandom(1);
    expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(random.hex(32)).toMatch(/^[0-9a-f]{32}$/);
  });
});
