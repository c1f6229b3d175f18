import type { Scheduler } from './scheduler.ts';

/** What happened in a run, line by line; kept only where somebody will read it. */
export class Trace {
  readonly on: boolean;
  readonly lines: string[] = [];
  #scheduler: Scheduler | null = null;

  constructor(on: boolean) {
    this.on = on;
  }

  /** Whose time stands before each line. */
  follow(scheduler: Scheduler): void {
    this.#scheduler = scheduler;
  }

  line(who: string, what: string): void {
    if (!this.on) return;
    const atMs = this.#scheduler?.nowMs ?? 0;
    this.lines.push(`${atMs.toFixed(3).padStart(10)} ${who.padEnd(8)} ${what}`);
  }
}
