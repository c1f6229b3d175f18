import { LoopDelay } from '../../service/server/loop-delay.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** The loop delay when Node measured these means, in milliseconds, one after the other; 20 is no delay. */
async function delaysAfter(means: readonly number[]): Promise<readonly number[]> {
  const clock = new ManualClock();
  const histogram = { mean: Number.NaN, reset: () => {}, enable: () => true, disable: () => true };
  const delay = new LoopDelay(clock, histogram);
  const seen: number[] = [];
  for (const mean of means) {
    histogram.mean = mean * 1_000_000;
    await clock.advance(300);
    seen.push(delay.loopDelayMs());
  }
  return seen;
}

describe('the delay of the event loop', () => {
  it('is that of a loop that stays late', async () => {
    expect(await delaysAfter([20, 320, 420, 320, 20])).toEqual([0, 0, 300, 300, 0]);
  });

  it('is none after one standstill, however long: all who waited are answered', async () => {
    expect(await delaysAfter([20, 5_020, 20, 20])).toEqual([0, 0, 0, 0]);
  });

  it('is looked at four times a second', async () => {
    const clock = new ManualClock();
    const histogram = { mean: 520 * 1_000_000, reset: () => {}, enable: () => true, disable: () => true };
    const delay = new LoopDelay(clock, histogram);
    await clock.advance(251);
    delay.loopDelayMs();
    await clock.advance(200);
    expect(delay.loopDelayMs()).toBe(0);
    await clock.advance(51);
    expect(delay.loopDelayMs()).toBe(500);
  });
});
