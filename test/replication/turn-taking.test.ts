import { TurnTaking } from '../../service/replication/turn-taking.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

describe('taking turns', () => {
  it('leaves room after a streak of its own commits', async () => {
    const clock = new ManualClock();
    const turns = new TurnTaking(clock, new SeededRandom(1));
    const pauses: number[] = [];
    for (let commit = 0; commit < 10; commit += 1) {
      await clock.advance(10);
      pauses.push(turns.pauseAfterMs(10));
    }
    expect(pauses.filter((pauseMs) => pauseMs > 0)).not.toEqual([]);
    expect(pauses[0]).toBe(0);
  });

  it('never waits longer than half a second, however long a commit took', async () => {
    const clock = new ManualClock();
    const turns = new TurnTaking(clock, new SeededRandom(1));
    const pauses: number[] = [];
    for (let commit = 0; commit < 10; commit += 1) {
      await clock.advance(20_000);
      pauses.push(turns.pauseAfterMs(20_000));
    }
    expect(Math.max(...pauses)).toBe(500);
  });
});
