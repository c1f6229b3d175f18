import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';

/** First streak before a replica yields, and the longest that it comes to when nobody takes the turn. */
const streakMinMs = 30;
const streakMaxMs = 1_000;
/** A yield in commits: a rival has to hear of the conflict, read what it missed and send its own. */
const commitsPerYield = 6;
/** Nobody waits longer for a turn of others, however long a commit took: the process may have stood still meanwhile. */
const yieldMaxMs = 500;

/**
 * Lets other replicas commit, too. Whoever has just committed is the first to know the new head, so under a steady load
 * it would win every time: its rivals would need longer to catch up than it needs for the next commit, and would starve
 * without it ever hearing of them. So after a streak of commits of its own a replica leaves room for one of others. When
 * nobody takes it the next streak is twice as long, up to a second: a lone writer loses a few percent, and a rival
 * that comes waits a second at most.
 */
export class TurnTaking {
  readonly #clock: Clock;
  readonly #random: Random;
  #streakMs = streakMinMs;
  #streakStartMs: number | null = null;
  #lastMs = 0;
  #othersCommitted = false;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A commit of another replica was seen, or was in the way of ours. */
  othersAreThere(): void {
    this.#othersCommitted = true;
    this.#streakStartMs = null;
  }

  /** How long to leave room after a commit of ours that took `durationMs`: mostly 0, at most half a second. */
  pauseAfterMs(durationMs: number): number {
    const nowMs = this.#clock.monotonicMs();
    const isPaused = nowMs - this.#lastMs > durationMs * (1 + commitsPerYield);
    this.#lastMs = nowMs;
    if (this.#streakStartMs === null || isPaused) {
      this.#streakStartMs = nowMs - durationMs;
      return 0;
    }
    if (nowMs - this.#streakStartMs < this.#streakMs) return 0;
    this.#streakMs = this.#othersCommitted ? streakMinMs : Math.min(streakMaxMs, this.#streakMs * 2);
    this.#othersCommitted = false;
    this.#streakStartMs = null;
    return Math.min(yieldMaxMs, durationMs * commitsPerYield * (0.75 + 0.5 * this.#random.next()));
  }
}
