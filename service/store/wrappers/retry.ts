import type { Clock } from '../../base/clock.ts';
import { storeAttemptsMax } from '../../base/limits.ts';
import type { Random } from '../../base/random.ts';
import { StoreUnavailable } from '../problems.ts';
import { abortedCall } from '../store-signal.ts';

/** How often and how long an idempotent call is tried. */
export interface RetryPolicy {
  readonly attemptsMax: number;
  /** Before attempt n + 1 it waits between 0 and `delayBaseMs * 2^(n - 1)`, at most `delayMaxMs`. */
  readonly delayBaseMs: number;
  readonly delayMaxMs: number;
  /** No attempt starts later than this after the first one did. */
  readonly deadlineMs: number;
}

/** For calls that somebody waits for. */
export const defaultRetryPolicy: RetryPolicy = {
  attemptsMax: storeAttemptsMax,
  delayBaseMs: 25,
  delayMaxMs: 400,
  deadlineMs: 2_000,
};

/** What waiting and trying again need. */
export interface RetryPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: RetryPolicy;
}

/**
 * Makes an idempotent call until it succeeds, with full jitter (Exponential Backoff And Jitter, AWS
 * Architecture Blog 2015). Tries again only after a StoreUnavailable that may pass; rejects with the last one.
 */
export async function retryIdempotent<Answer>(
  call: () => Promise<Answer>,
  options: RetryPorts & { readonly signal: AbortSignal },
): Promise<Answer> {
  const { clock, policy, signal } = options;
  const startedMs = clock.monotonicMs();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || !error.passing || attempt >= policy.attemptsMax)
        throw error;
      const delayMs = fullJitterMs(attempt, options);
      if (clock.monotonicMs() + delayMs - startedMs > policy.deadlineMs) throw error;
      await pauseUnlessAborted(delayMs, options);
    }
    if (signal.aborted) throw abortedCall(signal);
  }
}

/** A delay before the attempt after `attempt` (from 1), in milliseconds, evenly drawn from 0 to its bound. */
export function fullJitterMs(attempt: number, options: Pick<RetryPorts, 'random' | 'policy'>): number {
  const { delayBaseMs, delayMaxMs } = options.policy;
  return options.random.next() * Math.min(delayMaxMs, delayBaseMs * 2 ** (attempt - 1));
}

/** Sleeps. Rejects with StoreUnavailable, reason `aborted`, when the signal is aborted first. */
export async function pauseUnlessAborted(
  durationMs: number,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  try {
    await options.clock.sleep(durationMs, options.signal);
  } catch (error) {
    if (options.signal.aborted) throw abortedCall(options.signal);
    throw error;
  }
}
