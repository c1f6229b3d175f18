import type { Logger } from '../base/logger.ts';
import { Problem } from '../base/problem.ts';
import { DeadlinePassed } from './deadline.ts';

/** Work that nobody waits for, but that `drain` does: no promise floats. */
export class Background {
  readonly #logger: Logger;
  readonly #running = new Set<Promise<void>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Best effort: an expected failure is logged, and what was left undone does no harm. */
  start(what: string, work: () => Promise<void>): void {
    const running: Promise<void> = work()
      .catch((error: unknown) => {
        if (!(error instanceof Problem) && !(error instanceof DeadlinePassed)) throw error;
        this.#logger.warn(`${what} was left undone`, { error: error.message });
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when nothing runs any more. */
  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
