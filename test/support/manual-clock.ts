import type { Clock } from '../../service/base/clock.ts';

/**
 * A clock that stands still until a test moves it. Sleepers wake in order of their time, then of their call;
 * between two of them everything that became runnable runs to its end, so a run is the same every time.
 */
export class ManualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  #epochMs: number;
  #sleepers: Sleeper[] = [];

  /** `epochMs`: wall clock at monotonic 0. */
  constructor(epochMs = 1_700_000_000_000) {
    this.#epochMs = epochMs;
  }

  nowMs(): number {
    return this.#epochMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** A sleep of 0 only lets others run. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as unknown);
    if (durationMs <= 0) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve, reject) => {
      const sleeper: Sleeper = { atMs: this.#nowMs + durationMs, order: this.#order++, wake: () => {} };
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason as unknown);
      };
      sleeper.wake = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Sets the wall clock forward or back; monotonic time goes on as before. */
  jumpWallClock(durationMs: number): void {
    this.#epochMs += durationMs;
  }

  /** Moves time without waking anybody: the process stood still, and all deadlines have passed at once. */
  stall(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  /** How many sleep. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Lets everything run that does not wait for time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves time forward by `durationMs`, waking who is due on the way. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await this.settle();
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      await this.#wake(next);
    }
    this.#nowMs = endMs;
    await this.settle();
  }

  /** Moves time until `work` has settled and gives its outcome. Fails after `limitMs` of virtual time. */
  async run<T>(work: Promise<T>, limitMs = 600_000): Promise<T> {
    let settled = false;
    const watched = work.finally(() => {
      settled = true;
    });
    watched.catch(() => {});
    const endMs = this.#nowMs + limitMs;
    await this.settle();
    while (!settled) {
      const next = this.#next(endMs);
      if (next === undefined) throw new Error('nothing is left to wait for, and the work is not done');
      await this.#wake(next);
    }
    return watched;
  }

  #next(untilMs: number): Sleeper | undefined {
    const due = this.#sleepers.filter(({ atMs }) => atMs <= untilMs);
    due.sort((left, right) => left.atMs - right.atMs || left.order - right.order);
    return due[0];
  }

  async #wake(sleeper: Sleeper): Promise<void> {
    this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    this.#nowMs = Math.max(this.#nowMs, sleeper.atMs);
    sleeper.wake();
    await this.settle();
  }
}

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  wake: () => void;
}
