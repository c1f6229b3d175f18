import type { Clock } from '../../service/base/clock.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Scheduler } from './scheduler.ts';

export interface HostOptions {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  /** How fast its monotonic clock goes; 1 = true time. */
  readonly clockRate: number;
  /** Its wall clock at virtual time 0, epoch milliseconds. */
  readonly epochMs: number;
}

/**
 * One process on one machine: its clocks and the things that happen to it. Nothing happens in it after `crash`;
 * while it is paused everything waits, and happens at once afterwards (long collection of garbage, SIGSTOP).
 */
export class Host {
  readonly name: string;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly #scheduler: Scheduler;
  readonly #clockRate: number;
  #epochMs: number;
  #alive = true;
  #pausedUntilMs = 0;

  constructor(options: HostOptions) {
    this.name = options.name;
    this.random = options.random;
    this.#scheduler = options.scheduler;
    this.#clockRate = options.clockRate;
    this.#epochMs = options.epochMs;
    this.clock = {
      nowMs: () => Math.floor(this.#epochMs + this.#localMs()),
      monotonicMs: () => this.#localMs(),
      sleep: (durationMs, signal) => this.#sleep(durationMs, signal),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  get paused(): boolean {
    return this.#pausedUntilMs > this.#scheduler.nowMs;
  }

  crash(): void {
    this.#alive = false;
  }

  pause(durationMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#scheduler.nowMs + durationMs);
  }

  /** Sets the wall clock forward or back; monotonic time goes on as before. */
  jumpWallClock(byMs: number): void {
    this.#epochMs += byMs;
  }

  /** Happens in this process: not at all once it has crashed, later while it is paused. */
  happen(run: () => void): void {
    if (!this.#alive) return;
    if (this.paused) this.#scheduler.at(this.#pausedUntilMs, () => this.happen(run));
    else run();
  }

  #localMs(): number {
    return this.#scheduler.nowMs * this.#clockRate;
  }

  /** As timers are: whole milliseconds, never early, sometimes late. */
  #sleep(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as unknown);
    const late = this.random.next();
    const waitMs = durationMs <= 0 ? late : Math.ceil(durationMs) + late;
    return new Promise((resolve, reject) => {
      let settled = false;
      const abort = (): void => {
        settled = true;
        timer.cancel();
        reject(signal?.reason as unknown);
      };
      const wake = (): void => {
        if (settled) return;
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const timer = this.#scheduler.after(waitMs / this.#clockRate, () => this.happen(wake));
      signal?.addEventListener('abort', abort, { once: true });
    });
  }
}
