import type { EngineOptions } from './engine-options.ts';
import { EngineLimitExceeded } from './problems.ts';

/**
 * The bounds of one evaluation. Compiled plans take one unit of `fuel` for every row they visit and call
 * {@link Budget.refill} when it runs out, so the clock is read once in 65,536 rows.
 */
export class Budget {
  fuel = 0;
  /** Rule id or query that is being evaluated; named by the problem. */
  subject = '';
  #steps = 0;
  #startedMs = 0;
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

  /** Throws {@link EngineLimitExceeded} when steps or time are used up. */
  refill(): void {
    const { stepsMax, evaluationMsMax, monotonicMs } = this.#options;
    this.#steps += this.#portion();
    if (this.#steps >= stepsMax) this.#exceeded('steps', stepsMax);
    if (monotonicMs() - this.#startedMs > evaluationMsMax) this.#exceeded('time', evaluationMsMax);
    this.fuel = this.#portion();
  }

  /** Throws {@link EngineLimitExceeded} when a relation has grown past its bound. */
  checkRows(rows: number): void {
    const { rowsPerRelationMax } = this.#options;
    if (rows > rowsPerRelationMax) this.#exceeded('rows-per-relation', rowsPerRelationMax);
  }

  #portion(): number {
    return Math.min(65_536, Math.max(0, this.#options.stepsMax - this.#steps));
  }

  #exceeded(limit: 'rows-per-relation' | 'steps' | 'time', maximum: number): never {
    throw new EngineLimitExceeded({ limit, maximum, subject: this.subject });
  }
}
