import { StoreUnavailable } from './problems.ts';

/** Lets a call go on. Throws StoreUnavailable with reason `aborted` when its signal is aborted already. */
export function notAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortedCall(signal);
}

/** What a call whose signal was aborted rejects with, when it certainly changed nothing. */
export function abortedCall(signal: AbortSignal): StoreUnavailable {
  return new StoreUnavailable('the caller gave up waiting for the store', {
    reason: 'aborted',
    cause: signal.reason,
  });
}
