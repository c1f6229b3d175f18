import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { CommitTooLarge, StoreUnavailable, UnknownOutcome } from '../store/problems.ts';
import type { Commit, CommitOutcome, StateStore } from '../store/state-store.ts';
import { type Backoff, fullJitterMs } from './backoff.ts';
import { DeadlinePassed, within } from './deadline.ts';
import { isAboutStore, readStore } from './store-call.ts';
import type { StoreContact } from './store-contact.ts';

export interface CommitAttemptOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly contact: StoreContact;
  readonly timeoutMs: number;
  readonly backoff: Backoff;
  readonly signal: AbortSignal;
}

/**
 * - `committed`: durable. - `conflict`: not made, another commit has its place or was at it.
 * - `fenced`: not made and never will be, leases or claims of it are lost.
 * - `not-made`: not made, the store refused it. - `unknown`: not resolved before the time to give up.
 */
export type CommitEnd =
  | { readonly kind: 'committed' }
  | { readonly kind: 'conflict' }
  | (CommitOutcome & { readonly kind: 'fenced' })
  | { readonly kind: 'not-made'; readonly cause: StoreUnavailable | CommitTooLarge }
  | { readonly kind: 'unknown' };

/**
 * Makes one commit and finds out what became of it.
 *
 * Once an attempt has ended in silence, a refusal of a later one proves nothing: the first may have been made,
 * or may still be on its way. Only two things are proof: an attempt with the same commit id that is
 * acknowledged, or the record at its sequence, whose commit id says whose it is. So the same commit, with the
 * same content, is sent until one of them is there; a late first attempt then finds its place taken, by itself
 * or by another, and does nothing.
 */
export class CommitAttempt {
  readonly #options: CommitAttemptOptions;

  constructor(options: CommitAttemptOptions) {
    this.#options = options;
  }

  /** `giveUpAtMs`: monotonic time after which an unknown outcome is left unknown. */
  async make(commit: Commit, giveUpAtMs: number): Promise<CommitEnd> {
    const first = await this.#send(commit);
    if (first.kind !== 'unknown') return first;
    let fenced: CommitEnd | null = null;
    for (let attempt = 0; ; attempt += 1) {
      const found = await this.#lookUp(commit);
      if (found !== 'nobody' && found !== 'unclear') return found;
      if (found === 'nobody' && fenced !== null) return fenced;
      const { clock, random, backoff, signal } = this.#options;
      const waitMs = fullJitterMs(backoff, attempt, random);
      if (signal.aborted || clock.monotonicMs() + waitMs >= giveUpAtMs) return { kind: 'unknown' };
      await clock.sleep(waitMs);
      const sent = await this.#send(commit);
      if (sent.kind === 'committed') return sent;
      // A generation never comes back: if there is no record now, there never will be one.
      if (sent.kind === 'fenced') fenced = sent;
    }
  }

  async #send(commit: Commit): Promise<CommitEnd> {
    const { store, clock, contact, timeoutMs, signal } = this.#options;
    const startedMs = clock.monotonicMs();
    try {
      const outcome = await within({ clock, durationMs: timeoutMs, signal }, (inner) =>
        store.commit(commit, inner),
      );
      contact.succeeded(startedMs, 'strong');
      return outcome;
    } catch (error) {
      if (error instanceof CommitTooLarge) return { kind: 'not-made', cause: error };
      if (error instanceof StoreUnavailable) {
        contact.failed(error);
        return { kind: 'not-made', cause: error };
      }
      if (signal.aborted || error instanceof UnknownOutcome || error instanceof DeadlinePassed) {
        return { kind: 'unknown' };
      }
      throw error;
    }
  }

  /**
   * Whose record has the sequence of this commit: nobody's yet, or the store does not say. Ours counts only once
   * the head shows it too, which may be a moment later: others read the head to learn what was acknowledged.
   */
  async #lookUp({ record }: Commit): Promise<CommitEnd | 'nobody' | 'unclear'> {
    const { store, clock, contact, timeoutMs, signal } = this.#options;
    const call = { clock, contact, durationMs: timeoutMs, signal, consistency: 'strong' } as const;
    try {
      const present = await readStore(call, (inner) => store.readRecord(record.sequence, inner));
      if (present === null) return 'nobody';
      if (present.commitId !== record.commitId) return { kind: 'conflict' };
      const head = await readStore(call, (inner) => store.readHead({ consistency: 'strong', signal: inner }));
      return head.sequence >= record.sequence ? { kind: 'committed' } : 'unclear';
    } catch (error) {
      if (!signal.aborted && !isAboutStore(error)) throw error;
      return 'unclear';
    }
  }
}
