import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { StoreObserver, StoreOperation } from '../store-observer.ts';

/** Makes a call and reports how it ended and how long it took. `outcomeOf` names a success; `ok` by default. */
export async function measure<Answer>(
  call: () => Promise<Answer>,
  options: {
    readonly operation: StoreOperation;
    readonly clock: Clock;
    readonly observer: StoreObserver;
    readonly outcomeOf?: (answer: Answer) => string;
  },
): Promise<Answer> {
  const { operation, clock, observer } = options;
  const startedMs = clock.monotonicMs();
  let outcome = 'bug';
  try {
    const answer = await call();
    outcome = options.outcomeOf?.(answer) ?? 'ok';
    return answer;
  } catch (error) {
    if (error instanceof Problem) outcome = error.code;
    throw error;
  } finally {
    observer.called({ operation, outcome, durationMs: clock.monotonicMs() - startedMs });
  }
}
