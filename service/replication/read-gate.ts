import { unreachable } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Sequence } from '../base/ids.ts';
import { StoreUnavailable } from '../store/problems.ts';
import { DeadlinePassed, within } from './deadline.ts';
import type { Follower } from './follower.ts';
import type { HeadSource } from './head-reader.ts';
import type { LiveReplica } from './live-replica.ts';
import { ReadNotFresh } from './problems.ts';
import type { Consistency } from './replica-port.ts';
import { standstillMs } from './store-call.ts';
import type { StoreContact } from './store-contact.ts';

export interface ReadGateOptions {
  readonly live: LiveReplica;
  readonly follower: Pick<Follower, 'noteHead'>;
  readonly heads: HeadSource;
  readonly contact: StoreContact;
  readonly clock: Clock;
  readonly waitMs: number;
}

/**
 * Lets a read pass when the memory of this replica is as fresh as the read asks for (ARCHITECTURE section 3).
 * It never falls through to the store: a read that cannot be had in time is refused, with a hint when to come
 * again, so that a slow store does not get every reader on top.
 */
export class ReadGate {
  readonly #options: ReadGateOptions;

  constructor(options: ReadGateOptions) {
    this.#options = options;
  }

  /** See ReplicaPort.awaitConsistency. */
  async pass(consistency: Consistency, signal: AbortSignal): Promise<{ readonly stale: boolean }> {
    const { live, contact } = this.#options;
    if (!live.installed) throw new ReadNotFresh('this replica has not loaded the catalog yet');
    switch (consistency.kind) {
      case 'bounded':
        return { stale: contact.away };
      case 'at-least':
        return this.#atLeast(consistency.sequence, signal);
      case 'linearizable':
        return this.#linearizable(consistency.explicit, signal);
      default:
        return unreachable(consistency);
    }
  }

  async #atLeast(sequence: Sequence, signal: AbortSignal): Promise<{ readonly stale: boolean }> {
    const { live, heads, follower } = this.#options;
    if (live.applied >= sequence) return { stale: this.#options.contact.away };
    try {
      await this.#inTime(signal, async (inner) => {
        // The caller's number is not taken for the head: it may be of another world.
        follower.noteHead((await heads.read()).sequence);
        await this.#applied(sequence, inner);
      });
    } catch (error) {
      throw this.#notFresh(error, `sequence ${sequence} has not arrived here, applied is ${live.applied}`);
    }
    return { stale: false };
  }

  async #linearizable(explicit: boolean, signal: AbortSignal): Promise<{ readonly stale: boolean }> {
    const { heads, follower, contact, live } = this.#options;
    const stillHere = !explicit && (contact.away || live.standstill !== null);
    if (stillHere) return { stale: true };
    try {
      await this.#inTime(signal, async (inner) => {
        const { sequence } = await heads.read();
        follower.noteHead(sequence);
        await this.#applied(sequence, inner);
      });
    } catch (error) {
      const away = error instanceof StoreUnavailable || contact.away || live.standstill !== null;
      if (!explicit && away && !signal.aborted) return { stale: true };
      throw this.#notFresh(error, 'this replica has not caught up in time');
    }
    return { stale: false };
  }

  async #applied(sequence: Sequence, signal: AbortSignal): Promise<void> {
    const { live } = this.#options;
    await live.waitApplied(sequence, signal);
    if (live.applied < sequence) throw new ReadNotFresh('this replica cannot apply any more changes');
  }

  /** The time that this process stood still (see store-call.ts) does not count: then it waits once more. */
  async #inTime(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock, waitMs } = this.#options;
    for (;;) {
      const startedMs = clock.monotonicMs();
      try {
        return await within({ clock, durationMs: waitMs, signal }, work);
      } catch (error) {
        const stoodStill = clock.monotonicMs() - startedMs > waitMs + standstillMs;
        if (signal.aborted || !stoodStill || !(error instanceof DeadlinePassed)) throw error;
      }
    }
  }

  #notFresh(error: unknown, message: string): unknown {
    if (error instanceof DeadlinePassed) return new ReadNotFresh(message, { cause: error });
    if (error instanceof StoreUnavailable) return new ReadNotFresh(error.message, { cause: error });
    return error;
  }
}
