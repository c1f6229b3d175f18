import type { Clock } from '../../base/clock.ts';

export interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** Failures in a row after which nobody is asked for a while. */
  readonly failuresMax: number;
  readonly pauseMs: number;
}

/**
 * Stops asking somebody who does not answer: after `failuresMax` failures in a row calls are refused for `pauseMs`;
 * then one is let through as a probe, and its outcome decides.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #failures = 0;
  #openUntilMs = 0;
  #probing = false;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  /** Milliseconds until it is worth asking again; 0 when a call is let through, which then must be reported. */
  enter(): number {
    const { clock, failuresMax, pauseMs } = this.#options;
    if (this.#failures < failuresMax) return 0;
    const restMs = this.#openUntilMs - clock.monotonicMs();
    if (restMs > 0) return restMs;
    if (this.#probing) return pauseMs;
    this.#probing = true;
    return 0;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#probing = false;
  }

  failed(): void {
    this.#failures += 1;
    this.#probing = false;
    this.#openUntilMs = this.#options.clock.monotonicMs() + this.#options.pauseMs;
  }
}
