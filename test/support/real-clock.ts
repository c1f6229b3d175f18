import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../service/base/clock.ts';

/** The machine's time, for tests against real processes. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(durationMs, signal) {
    try {
      await delay(durationMs, undefined, signal === undefined ? {} : { signal });
    } catch {
      throw signal?.reason;
    }
  },
};
