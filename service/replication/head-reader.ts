import type { Clock } from '../base/clock.ts';
import type { Head, StateStore } from '../store/state-store.ts';
import type { ReplicationMetrics } from './metrics.ts';
import { isAboutStore, readStore } from './store-call.ts';
import type { StoreContact } from './store-contact.ts';

/** Where linearizable requests learn the head. */
export interface HeadSource {
  /** The head as of some moment after this call. Rejects with StoreUnavailable, at once while the store is away. */
  read(): Promise<Head>;
}

export interface HeadReaderOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly contact: StoreContact;
  readonly metrics: ReplicationMetrics;
  readonly timeoutMs: number;
  /** Aborted when the replica stops. */
  readonly signal: AbortSignal;
  /** Told about every head read. */
  readonly onHead: (head: Head) => void;
}

/**
 * One strongly consistent read of the head for all who wait at that moment.
 *
 * Invariant: a request shares only a read that starts after it arrived; whoever comes while one is under way
 * joins the next. A read that is under way may have seen the head before a commit which was acknowledged just
 * before the request came, and its answer would take that request back in time.
 *
 *     requests   a  b     c d e        f
 *     reads      [---- a b ----][---- c d e ----][-- f --]
 *
 * Costs one read unit per round trip, however many requests come.
 */
export class HeadReader implements HeadSource {
  readonly #options: HeadReaderOptions;
  #running: Promise<unknown> = Promise.resolve();
  #next: { readonly head: Promise<Head>; shared: number } | null = null;

  constructor(options: HeadReaderOptions) {
    this.#options = options;
  }

  read(): Promise<Head> {
    if (this.#options.contact.away) return Promise.reject(this.#options.contact.problem());
    this.#next ??= { head: this.#afterRunning(), shared: 0 };
    this.#next.shared += 1;
    return this.#next.head;
  }

  async #afterRunning(): Promise<Head> {
    await this.#running;
    const shared = this.#next?.shared ?? 1;
    this.#next = null;
    if (this.#options.contact.away) throw this.#options.contact.problem();
    const reading = this.#readNow(shared);
    this.#running = reading.catch(() => {});
    return reading;
  }

  async #readNow(shared: number): Promise<Head> {
    const { store, clock, contact, metrics, timeoutMs, signal, onHead } = this.#options;
    const startedMs = clock.monotonicMs();
    const call = { clock, contact, durationMs: timeoutMs, signal, consistency: 'strong' } as const;
    try {
      const head = await readStore(call, (inner) => store.readHead({ consistency: 'strong', signal: inner }));
      metrics.headRead({ shared, durationMs: clock.monotonicMs() - startedMs, ok: true });
      onHead(head);
      return head;
    } catch (error) {
      metrics.headRead({ shared, durationMs: clock.monotonicMs() - startedMs, ok: false });
      throw isAboutStore(error) ? contact.problem() : error;
    }
  }
}
