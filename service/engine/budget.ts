import type { EngineOptions } from './engine-options.ts';
import { EngineLimitExceeded } from './problems.ts';

/** Caught where it is thrown from: {@link Budget.attempt}. */
class AttemptGivenUp extends Error {}

/** How much of its bounds an evaluation has used. */
export interface BudgetUse {
  readonly subject: string;
  readonly steps: number;
  readonly usedMs: number;
}

/**
 * The bounds of one evaluation. Compiled plans take one unit of `fuel` for every row they visit and call
 * {@link Budget.refill} when it runs out, so the clock is read once in `stepsPerLook` rows.
 */
export class Budget {
  fuel = 0;
  /** Rule id or query that is being evaluated; named by the problem. */
  subject = '';
  #steps = 0;
  #startedMs = 0;
  #sliceEndsMs = Number.POSITIVE_INFINITY;
  #attemptEnds = Number.POSITIVE_INFINITY;
  readonly #options: EngineOptions;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Units used since the count began. */
  get spent(): number {
    return this.#steps + this.#portion() - this.fuel;
  }

  /** Starts counting anew. */
  begin(subject: string): void {
    this.subject = subject;
    this.#steps = 0;
    this.#startedMs = this.#options.monotonicMs();
    this.fuel = this.#portion();
  }

  /** Goes on with an evaluation that was interrupted, for at most `sliceMs`. */
  resume({ subject, steps, usedMs }: BudgetUse, sliceMs: number): void {
    const nowMs = this.#options.monotonicMs();
    this.subject = subject;
    this.#steps = steps;
    this.#startedMs = nowMs - usedMs;
    this.#sliceEndsMs = nowMs + sliceMs;
    this.fuel = this.#portion();
  }

  /** What the running evaluation has used; ends its slice. */
  pause(): BudgetUse {
    this.#sliceEndsMs = Number.POSITIVE_INFINITY;
    const usedMs = this.#options.monotonicMs() - this.#startedMs;
    return { subject: this.subject, steps: this.spent, usedMs };
  }

  /** Runs `work`; false when it was given up because it used more than about `steps`. */
  attempt(steps: number, work: () => void): boolean {
    this.#attemptEnds = this.spent + steps;
    try {
      work();
      return true;
    } catch (error) {
      if (error instanceof AttemptGivenUp) return false;
      throw error;
    } finally {
      this.#attemptEnds = Number.POSITIVE_INFINITY;
    }
  }

  /** Whether an evaluation in slices should let others have their turn. */
  get isSliceOver(): boolean {
    return this.#sliceEndsMs < Number.POSITIVE_INFINITY && this.#options.monotonicMs() >= this.#sliceEndsMs;
  }

  /**
   * Answers whether the slice is over. Throws {@link EngineLimitExceeded} when steps or time are used up.
   */
  refill(): boolean {
    const { stepsMax, evaluationMsMax, monotonicMs } = this.#options;
    this.#steps += this.#portion();
    if (this.#steps >= stepsMax) this.#exceeded('steps', stepsMax);
    if (this.#steps > this.#attemptEnds) throw new AttemptGivenUp();
    const nowMs = monotonicMs();
    if (nowMs - this.#startedMs > evaluationMsMax) this.#exceeded('time', evaluationMsMax);
    this.fuel = this.#portion();
    return nowMs >= this.#sliceEndsMs;
  }

  /** Throws {@link EngineLimitExceeded} when a relation has grown past its bound. */
  checkRows(rows: number): void {
    const { rowsPerRelationMax } = this.#options;
    if (rows > rowsPerRelationMax) this.#exceeded('rows-per-relation', rowsPerRelationMax);
  }

  #portion(): number {
    return Math.min(this.#options.stepsPerLook, Math.max(0, this.#options.stepsMax - this.#steps));
  }

  #exceeded(limit: 'rows-per-relation' | 'steps' | 'time', maximum: number): never {
    throw new EngineLimitExceeded({ limit, maximum, subject: this.subject });
  }
}
