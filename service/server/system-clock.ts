import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';

/** The time of this machine. A sleeper does not keep the process alive by itself; the server does. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(durationMs, signal) {
    try {
      await delay(durationMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
