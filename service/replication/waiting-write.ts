import type { Clock } from '../base/clock.ts';
import type { Sequence } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import { noLongerNeeded } from '../base/no-longer-needed.ts';
import type { Write } from '../policy/write.ts';
import type { EntityKey } from '../store/state-store.ts';
import type { PreparedBulk } from './bulk-preparation.ts';
import { noteKey } from './leftovers.ts';
import { WriteNotCommitted, WriteOutcomeUnknown } from './problems.ts';
import type { WriteOptions, WriteOutcome } from './replica-port.ts';

/** Also for writes that left something beside the commit already. */
export interface SubmitOptions extends WriteOptions {
  /** Notes that the commit claims (leftovers.ts). */
  readonly claims?: readonly EntityKey[];
}

export interface WaitingWriteOptions {
  readonly write: Write<Json>;
  readonly options: SubmitOptions;
  readonly clock: Clock;
  readonly deadlineMs: number;
}

/**
 * One write on its way: from the request to its answer. It is answered once, at the latest at its deadline;
 * what happens afterwards to a commit that is under way happens without it.
 */
export class WaitingWrite {
  readonly write: Write<Json>;
  readonly idempotency: WriteOptions['idempotency'];
  readonly author: WriteOptions['author'];
  readonly lease: WriteOptions['lease'];
  readonly outcome: Promise<WriteOutcome<Json>>;
  /** A head that was read after the request came; a refusal counts only when the catalog has reached it. */
  judgedAt: Sequence | null = null;
  /** What was written beside the commit for this write. */
  bulk: PreparedBulk | null = null;
  /** A commit that holds it was sent and is not resolved. */
  inFlight = false;
  readonly #claims: readonly EntityKey[];
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #onOutcome: WriteOptions['onOutcome'];
  #deadlineMs = 0;
  #timer = new AbortController();
  #settled = false;
  #outcomeUnknown = false;
  #resolve: (outcome: WriteOutcome<Json>) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor({ write, options, clock, deadlineMs }: WaitingWriteOptions) {
    this.write = write;
    this.idempotency = options.idempotency;
    this.author = options.author;
    this.#onOutcome = options.onOutcome;
    this.lease = options.lease;
    this.#claims = options.claims ?? [];
    this.#clock = clock;
    this.#signal = options.signal;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    options.signal.addEventListener('abort', this.#abandon, { once: true });
    this.setDeadline(deadlineMs);
    if (options.signal.aborted) this.#abandon();
  }

  /** What the commit claims for this write. */
  get claims(): readonly EntityKey[] {
    return [...this.#claims, ...(this.bulk?.noteIds.map(noteKey) ?? [])];
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** It was answered so; what it left beside the commit may be in use. */
  get outcomeUnknown(): boolean {
    return this.#outcomeUnknown;
  }

  /** Of the request. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** Answers now what the deadline would. */
  giveUp(): void {
    this.fail(this.#tooLate());
  }

  /** Monotonic time. */
  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  /** Gives it `durationMs` from now. */
  setDeadline(durationMs: number): void {
    this.#timer.abort(noLongerNeeded);
    this.#timer = new AbortController();
    this.#deadlineMs = this.#clock.monotonicMs() + durationMs;
    this.#clock.sleep(durationMs, this.#timer.signal).then(
      () => this.giveUp(),
      () => {},
    );
  }

  answer(outcome: WriteOutcome<Json>): void {
    if (!this.#end()) return;
    this.#onOutcome?.(outcome);
    this.#resolve(outcome);
  }

  fail(error: unknown): void {
    if (this.#end()) this.#reject(error);
  }

  #tooLate(): WriteNotCommitted | WriteOutcomeUnknown {
    this.#outcomeUnknown = this.inFlight;
    return this.inFlight
      ? new WriteOutcomeUnknown('the store did not say in time whether the write was made')
      : new WriteNotCommitted('the write could not be committed in time');
  }

  readonly #abandon = (): void => {
    this.#outcomeUnknown = this.inFlight;
    this.fail(this.#signal.reason);
  };

  #end(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer.abort(noLongerNeeded);
    this.#signal.removeEventListener('abort', this.#abandon);
    return true;
  }
}
