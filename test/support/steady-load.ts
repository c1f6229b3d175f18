import type { HttpAnswer } from './http-client.ts';

/** What came of a load. */
export interface LoadReport {
  readonly sent: number;
  readonly failed: number;
  /** What the first failures were, at most ten. */
  readonly failures: readonly string[];
  readonly durationsMs: readonly number[];
  /** Longest time between two good answers, in milliseconds. */
  readonly longestGapMs: number;
}

export interface LoadOptions {
  readonly perSecond: number;
  /** Sends the n-th request, counted from 0. */
  send(n: number): Promise<HttpAnswer>;
  /** Whether an answer is a good one; no answer never is. */
  isGood(answer: HttpAnswer): boolean;
}

/**
 * A load that does not slow down when answers do, as many independent clients make it: a request each interval,
 * whether the earlier ones are answered or not, up to a bound of those waiting.
 */
export class SteadyLoad {
  readonly #options: LoadOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  readonly #waiting = new Set<Promise<void>>();
  readonly #durationsMs: number[] = [];
  readonly #failures: string[] = [];
  #sent = 0;
  #failed = 0;
  #lastGoodAt = this.#startedAt;
  #longestGapMs = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#sendDue(), tickMs);
  }

  get sent(): number {
    return this.#sent;
  }

  /** Sends no more, and resolves when all requests have ended. */
  async stop(): Promise<LoadReport> {
    clearInterval(this.#timer);
    await Promise.all(this.#waiting);
    return {
      sent: this.#sent,
      failed: this.#failed,
      failures: this.#failures,
      durationsMs: this.#durationsMs,
      longestGapMs: this.#longestGapMs,
    };
  }

  /** As many as the time since the start asks for: a late timer is made up for. */
  #sendDue(): void {
    const due = Math.floor(((performance.now() - this.#startedAt) * this.#options.perSecond) / 1_000);
    while (this.#sent < due && this.#waiting.size < waitingMax) {
      const one = this.#sendOne(this.#sent);
      this.#sent += 1;
      this.#waiting.add(one);
      void one.finally(() => this.#waiting.delete(one));
    }
  }

  async #sendOne(n: number): Promise<void> {
    try {
      const answer = await this.#options.send(n);
      if (this.#options.isGood(answer)) this.#succeeded(answer);
      else this.#fail(`status ${answer.status}: ${answer.text.slice(0, 200)}`);
    } catch (error) {
      this.#fail(String(error));
    }
  }

  #succeeded(answer: HttpAnswer): void {
    const now = performance.now();
    this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#lastGoodAt);
    this.#lastGoodAt = now;
    this.#durationsMs.push(answer.durationMs);
  }

  #fail(why: string): void {
    this.#failed += 1;
    const after = Math.round(performance.now() - this.#startedAt);
    if (this.#failures.length < 10) this.#failures.push(`after ${after} ms: ${why}`);
  }
}

const tickMs = 5;
/** More are not sent, so that a target that answers nothing does not exhaust the sockets. */
const waitingMax = 500;
