import type { Clock } from '../../base/clock.ts';
import { StoreUnavailable } from '../problems.ts';
import { notAborted } from '../store-signal.ts';
import type { Fault } from './faults.ts';
import { pauseUnlessAborted } from './retry.ts';

/**
 * Makes an idempotent call under a fault: what every method but `commit` has in common. Requests that arrive
 * late are left out here, because to the caller they are lost and made again anyway.
 */
export async function callUnderFault<Answer>(
  call: () => Promise<Answer>,
  options: { readonly fault: Fault; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Answer> {
  const { fault, clock, signal } = options;
  notAborted(signal);
  switch (fault.kind) {
    case 'slow': {
      await pauseUnlessAborted(fault.beforeMs, { clock, signal });
      const answer = await call();
      await pauseUnlessAborted(fault.afterMs, { clock, signal });
      return answer;
    }
    case 'unavailable':
      throw new StoreUnavailable(`injected: ${fault.reason}`, { reason: fault.reason });
    case 'lost-acknowledgement':
      await call();
      throw new StoreUnavailable('injected: answer lost', { reason: 'timeout' });
    case 'lost-request':
    case 'late-request':
      throw new StoreUnavailable('injected: request lost', { reason: 'timeout' });
    default:
      return call();
  }
}
