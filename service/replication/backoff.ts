import type { Random } from '../base/random.ts';

export interface Backoff {
  /** Upper bound of the first wait, in milliseconds. */
  readonly minMs: number;
  /** Upper bound of any wait, in milliseconds. */
  readonly maxMs: number;
}

/**
 * How long to wait before attempt `attempt` (0 = the first retry): uniform in [0, min(max, min * 2^attempt)),
 * "full jitter" (AWS Architecture Blog, Exponential Backoff And Jitter, 2015).
 */
export function fullJitterMs(backoff: Backoff, attempt: number, random: Random): number {
  return random.next() * Math.min(backoff.maxMs, backoff.minMs * 2 ** Math.min(attempt, 30));
}
