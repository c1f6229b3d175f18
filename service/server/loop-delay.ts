import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoadGauge } from '../api/limits/load-shedder.ts';
import type { Clock } from '../base/clock.ts';

const sampleMs = 250;
const resolutionMs = 20;

/**
 * How late the event loop is: the mean of what Node measures, over the last quarter of a second or so. While the
 * loop is blocked nothing is measured, so the first look after that sees all of it.
 */
export class LoopDelay implements LoadGauge {
  readonly #clock: Clock;
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  #sampledAtMs: number;
  #delayMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sampledAtMs = clock.monotonicMs();
    this.#histogram.enable();
  }

  loopDelayMs(): number {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#sampledAtMs >= sampleMs) {
      const { mean } = this.#histogram;
      this.#delayMs = Number.isNaN(mean) ? 0 : Math.max(0, mean / 1_000_000 - resolutionMs);
      this.#histogram.reset();
      this.#sampledAtMs = nowMs;
    }
    return this.#delayMs;
  }

  stop(): void {
    this.#histogram.disable();
  }
}
