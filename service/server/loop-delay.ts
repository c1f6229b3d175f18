import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoadGauge } from '../api/limits/load-shedder.ts';
import type { Clock } from '../base/clock.ts';

const sampleMs = 250;
const resolutionMs = 20;

type Histogram = Pick<IntervalHistogram, 'mean' | 'reset' | 'enable' | 'disable'>;

/**
 * How late the event loop is: the mean of what Node measures, over the last quarter of a second or so. While the
 * loop is blocked nothing is measured, so the first look after that sees all of it. One such look is no load: a process
 * that was stopped, or collected garbage for long, has answers for all who waited. So the smaller of the last two counts.
 */
export class LoopDelay implements LoadGauge {
  readonly #clock: Clock;
  readonly #histogram: Histogram;
  #sampledAtMs: number;
  #latestMs = 0;
  #delayMs = 0;

  constructor(clock: Clock, histogram: Histogram = monitorEventLoopDelay({ resolution: resolutionMs })) {
    this.#clock = clock;
    this.#histogram = histogram;
    this.#sampledAtMs = clock.monotonicMs();
    this.#histogram.enable();
  }

  loopDelayMs(): number {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#sampledAtMs >= sampleMs) {
      const { mean } = this.#histogram;
      const latestMs = Number.isNaN(mean) ? 0 : Math.max(0, mean / 1_000_000 - resolutionMs);
      this.#delayMs = Math.min(latestMs, this.#latestMs);
      this.#latestMs = latestMs;
      this.#histogram.reset();
      this.#sampledAtMs = nowMs;
    }
    return this.#delayMs;
  }

  stop(): void {
    this.#histogram.disable();
  }
}
