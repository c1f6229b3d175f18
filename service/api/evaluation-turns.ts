import type { Clock } from '../base/clock.ts';
import type { Engine } from '../engine/engine.ts';
import { EvaluationUnfinished } from '../engine/evaluation-unfinished.ts';

/** Computing for one question goes on this long before other work has its turn. */
const sliceMs = 10;

/**
 * Answers questions that may need long evaluations without blocking the process: a question is asked again and again,
 * each time computing for one slice, and requests that wait for an evaluation take turns, one slice each.
 */
export class EvaluationTurns {
  readonly #clock: Clock;
  #last: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * What `work` answers when everything it reads is computed. Each call of it is synchronous and sees one sequence.
   * Throws what it throws; rejects when the client has gone.
   */
  async answer<Result>(engine: () => Engine, work: () => Result, signal: AbortSignal): Promise<Result> {
    for (;;) {
      try {
        return engine().inSlices(sliceMs, work);
      } catch (error) {
        if (!(error instanceof EvaluationUnfinished)) throw error;
      }
      await this.#turn();
      signal.throwIfAborted();
    }
  }

  /** Every waiting question comes after one round of the event loop of its own. */
  #turn(): Promise<void> {
    this.#last = this.#last.then(() => this.#clock.sleep(0));
    return this.#last;
  }
}
