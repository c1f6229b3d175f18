import type { Clock } from '../base/clock.ts';
import { StoreUnavailable } from '../store/problems.ts';
import { DeadlinePassed } from './deadline.ts';

const failuresUntilAway = 2;

/**
 * What this replica knows about its way to the store: when it last answered, and whether it counts as away.
 * Away = one timeout, one lasting refusal, or two failures in a row. While away nobody waits for the store but
 * the follower, whose strongly consistent polls end it.
 */
export class StoreContact {
  readonly #clock: Clock;
  #lastAnswerMs: number | null = null;
  #failures = 0;
  #awaySinceMs: number | null = null;
  #reason = '';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `startedMs`: monotonic time when the request was sent; the answer is at least that fresh. */
  succeeded(startedMs: number, consistency: 'strong' | 'eventual'): void {
    this.#lastAnswerMs = Math.max(this.#lastAnswerMs ?? startedMs, startedMs);
    if (this.away && consistency === 'eventual') return;
    this.#failures = 0;
    this.#awaySinceMs = null;
  }

  /** What is here is of the store as it was `ageMs` ago, and the store does not answer now. */
  awaySince(ageMs: number, reason: unknown): void {
    const nowMs = this.#clock.monotonicMs();
    this.#lastAnswerMs ??= nowMs - ageMs;
    this.#awaySinceMs ??= nowMs;
    this.failed(reason);
  }

  failed(error: unknown): void {
    this.#failures += 1;
    this.#reason = error instanceof Error ? error.message : 'no answer';
    const grave =
      error instanceof DeadlinePassed ||
      (error instanceof StoreUnavailable && (error.reason === 'timeout' || !error.passing));
    if (grave || this.#failures >= failuresUntilAway) this.#awaySinceMs ??= this.#clock.monotonicMs();
  }

  get away(): boolean {
    return this.#awaySinceMs !== null;
  }

  /** Milliseconds since the store counts as away; null when it does not. */
  awayMs(): number | null {
    return this.#awaySinceMs === null ? null : this.#clock.monotonicMs() - this.#awaySinceMs;
  }

  /** Age of the newest answer of the store; null before the first. */
  stalenessMs(): number | null {
    return this.#lastAnswerMs === null ? null : this.#clock.monotonicMs() - this.#lastAnswerMs;
  }

  /** What to tell those who do not get to wait. */
  problem(): StoreUnavailable {
    return new StoreUnavailable(`the store does not answer: ${this.#reason}`);
  }
}
