import { setTimeout as delay } from 'node:timers/promises';
import type { Congress } from './congress.ts';

/** Reads a table again and again until it is stopped, one at a time, and counts what was not answered. */
export class SteadyReads {
  answered = 0;
  readonly failures: string[] = [];
  /** Longest time from question to answer, in milliseconds. */
  slowestMs = 0;
  private stopped = false;
  private readonly loop: Promise<void>;

  constructor(congress: Congress, where: { readonly policy: string; readonly table: string }) {
    this.loop = this.read(congress, where);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop;
  }

  private async read(
    congress: Congress,
    { policy, table }: { policy: string; table: string },
  ): Promise<void> {
    while (!this.stopped) {
      try {
        const { durationMs } = await congress.rows(policy, table);
        this.answered += 1;
        this.slowestMs = Math.max(this.slowestMs, durationMs);
      } catch (error) {
        this.failures.push(error instanceof Error ? error.message : String(error));
      }
      await delay(pauseMs);
    }
  }
}

const pauseMs = 20;
