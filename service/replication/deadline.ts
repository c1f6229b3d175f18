import type { Clock } from '../base/clock.ts';
import { noLongerNeeded } from '../base/no-longer-needed.ts';

/** The time given to `within` passed first. Internal: callers turn it into a Problem of theirs. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

export interface Within {
  readonly clock: Clock;
  readonly durationMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` with a signal that is aborted after `durationMs` or with `signal`, whichever is first, and does
 * not wait longer than that even when `work` ignores its signal. Rejects with DeadlinePassed or the reason.
 */
export async function within<T>(limit: Within, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  limit.signal.throwIfAborted();
  const inner = new AbortController();
  const timer = new AbortController();
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      inner.abort(limit.signal.reason);
      reject(limit.signal.reason);
    };
    limit.signal.addEventListener('abort', abort, { once: true });
  });
  const passed = limit.clock.sleep(limit.durationMs, timer.signal).then(() => {
    const reason = new DeadlinePassed(`not done within ${limit.durationMs} ms`);
    inner.abort(reason);
    throw reason;
  });
  try {
    return await Promise.race([work(inner.signal), aborted, passed]);
  } finally {
    timer.abort(noLongerNeeded);
    limit.signal.removeEventListener('abort', abort);
  }
}
