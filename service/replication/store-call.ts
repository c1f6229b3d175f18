import type { Clock } from '../base/clock.ts';
import { StoreUnavailable } from '../store/problems.ts';
import { DeadlinePassed, within } from './deadline.ts';
import type { StoreContact } from './store-contact.ts';

/** A call that ended this much after its deadline was not slow: this process stood still. */
export const standstillMs = 250;

export interface StoreCall {
  readonly clock: Clock;
  readonly contact: StoreContact;
  readonly durationMs: number;
  readonly signal: AbortSignal;
  readonly consistency: 'strong' | 'eventual';
}

/**
 * One read of the store with a deadline, from which the replica learns how its way to the store is. When this
 * process was stopped meanwhile (SIGSTOP, a laptop asleep, a long computation), all deadlines pass at once and
 * say nothing about the store: the read is made again instead of calling the store away and answering from an
 * old memory. Rejects with StoreUnavailable or DeadlinePassed, or the reason of `signal`.
 */
export async function readStore<T>(call: StoreCall, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, contact, durationMs, signal, consistency } = call;
  for (;;) {
    const startedMs = clock.monotonicMs();
    try {
      const answer = await within({ clock, durationMs, signal }, work);
      contact.succeeded(startedMs, consistency);
      return answer;
    } catch (error) {
      if (signal.aborted || !isAboutStore(error)) throw error;
      if (clock.monotonicMs() - startedMs > durationMs + standstillMs) continue;
      contact.failed(error);
      throw error;
    }
  }
}

/** Whether an error says something about the way to the store. */
export function isAboutStore(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof DeadlinePassed;
}
