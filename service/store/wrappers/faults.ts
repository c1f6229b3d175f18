import type { StoreUnavailableReason } from '../problems.ts';
import type { StoreOperation } from '../store-observer.ts';

/**
 * What may go wrong with one call, as DynamoDB and the network do it. A fault that means nothing for an
 * operation leaves the call alone, except that a request or answer lost on a read is a time-out.
 */
export type Fault =
  | { readonly kind: 'none' }
  /** Answered late, by the given clock: the store acts after `beforeMs`, its answer takes `afterMs` more. */
  | { readonly kind: 'slow'; readonly beforeMs: number; readonly afterMs: number }
  /** Refused, nothing done: out of reach, throttled, 5xx of a read, access denied. */
  | { readonly kind: 'unavailable'; readonly reason: StoreUnavailableReason }
  /** Not done, and the caller cannot know. */
  | { readonly kind: 'lost-request' }
  /** The caller is told nothing, and `afterMs` later the request arrives and is carried out. */
  | { readonly kind: 'late-request'; readonly afterMs: number }
  /** Done, and the caller cannot know. */
  | { readonly kind: 'lost-acknowledgement' }
  /** `commit` answers conflict without a look at the head (TransactionConflict, or a retry after one's own success). */
  | { readonly kind: 'conflict' }
  /** `write-detached` makes the first half, then fails. */
  | { readonly kind: 'partial' }
  /** The newest `records` are not visible yet although the head counts them (torn read). */
  | { readonly kind: 'torn'; readonly records: number }
  /** An eventually consistent head as it was `behind` commits ago, even if a newer one was answered before. */
  | { readonly kind: 'stale-head'; readonly behind: number }
  /** `read-chunks` finds the version expired. */
  | { readonly kind: 'expired' };

/** Decides what happens to the next call; asked once per call, in order. */
export interface FaultPlan {
  next(operation: StoreOperation): Fault;
}

/** The fault that is none. */
export const noFault: Fault = { kind: 'none' };
