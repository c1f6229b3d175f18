import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Lease, LeaseCondition, LeaseStore } from '../store/lease-store.ts';
import { within } from './deadline.ts';
import { isAboutStore } from './store-call.ts';

export interface LeaseTermOptions {
  readonly lease: Lease;
  /** Monotonic time before the lease was asked for. */
  readonly startedMs: number;
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly timeoutMs: number;
}

/** Part of the duration that the holder gives away, for clocks that run unevenly and for what it has begun. */
const safetyMargin = 0.2;
/** Part of the duration between two renewals. */
const renewalPart = 0.25;

/**
 * One term of one holder: from taking the lease to losing it or giving it up.
 *
 * Invariant: the holder counts from before it sent the renewal that was answered, and every renewal has a number
 * of its own; the others count from after they saw that number first. So the holder stops first, by the safety
 * margin at least, as long as the two clocks run equally fast within that margin.
 */
export class LeaseTerm {
  readonly #options: LeaseTermOptions;
  readonly #over = new AbortController();
  #lease: Lease;
  #heldUntilMs: number;

  constructor(options: LeaseTermOptions) {
    this.#options = options;
    this.#lease = options.lease;
    this.#heldUntilMs = this.#endOf(options.startedMs);
  }

  /** By this host's clock alone; false a little before anybody else may take the lease. */
  isHeld(): boolean {
    return !this.#over.signal.aborted && this.#options.clock.monotonicMs() < this.#heldUntilMs;
  }

  get condition(): LeaseCondition {
    return { name: this.#lease.name, generation: this.#lease.generation };
  }

  /** Ends the term now; the lease stays in the store until `release` or until its time is over. */
  end(): void {
    this.#over.abort();
  }

  /** Renews until the term is over; answers why it is. */
  async run(): Promise<'ended' | 'taken' | 'expired'> {
    const { clock } = this.#options;
    while (await this.#pause()) {
      const leftMs = this.#heldUntilMs - clock.monotonicMs();
      if (leftMs <= 0) return this.#finish('expired');
      if (!(await this.#renew(leftMs))) return this.#finish('taken');
    }
    return 'ended';
  }

  /** Lets others take it at once. Best effort. */
  async release(): Promise<void> {
    this.end();
    const { store, clock, timeoutMs, logger } = this.#options;
    const limit = { clock, durationMs: timeoutMs, signal: new AbortController().signal };
    try {
      await within(limit, (signal) => store.releaseLease(this.#lease, signal));
    } catch (error) {
      if (!isAboutStore(error)) throw error;
      logger.warn('a lease was not released; it runs out', { lease: this.#lease.name });
    }
  }

  #finish<Why>(why: Why): Why {
    this.end();
    return why;
  }

  /** False when the lease is another's. A renewal without an answer changes nothing but the number. */
  async #renew(leftMs: number): Promise<boolean> {
    const { store, clock, timeoutMs, logger } = this.#options;
    const startedMs = clock.monotonicMs();
    const limit = { clock, durationMs: Math.min(timeoutMs, leftMs), signal: this.#over.signal };
    try {
      const renewed = await within(limit, (signal) => store.renewLease(this.#lease, signal));
      if (renewed === null) return false;
      this.#lease = renewed;
      this.#heldUntilMs = this.#endOf(startedMs);
    } catch (error) {
      if (this.#over.signal.aborted) return true;
      if (!isAboutStore(error)) throw error;
      logger.debug('a lease was not renewed', { lease: this.#lease.name, error: (error as Error).message });
      this.#lease = { ...this.#lease, renewal: this.#lease.renewal + 1 };
    }
    return true;
  }

  /** False when the term was ended. */
  async #pause(): Promise<boolean> {
    const { clock, random } = this.#options;
    const { durationMs } = this.#lease;
    const pauseMs = durationMs * renewalPart * (0.8 + 0.4 * random.next());
    const leftMs = Math.max(0, this.#heldUntilMs - clock.monotonicMs());
    await clock.sleep(Math.min(pauseMs, leftMs), this.#over.signal).catch(() => {});
    return !this.#over.signal.aborted;
  }

  #endOf(startedMs: number): number {
    return startedMs + this.#lease.durationMs * (1 - safetyMargin);
  }
}
