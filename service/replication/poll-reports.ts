import type { Clock } from '../base/clock.ts';
import type { JsonObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { StateStore } from '../store/state-store.ts';
import { DeadlinePassed, within } from './deadline.ts';

const keptMs = 7 * 24 * 3_600_000;

/**
 * How the holder of a poll lease is doing, left in the store for all to read. Beside the log: it is for people, and
 * a round that changes nothing must not cost every replica a record.
 */
export class PollReports {
  readonly #store: StateStore;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(options: { readonly store: StateStore; readonly clock: Clock; readonly timeoutMs: number }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs;
  }

  /** Best effort: answers whether it was written. */
  async write(dataSourceId: string, report: JsonObject, signal: AbortSignal): Promise<boolean> {
    const key = { partition: partitionOf(dataSourceId), id: 'status' };
    const expiresAtMs = this.#clock.nowMs() + keptMs;
    const write = { kind: 'put' as const, key, body: report, expiresAtMs };
    return (await this.#try(signal, (inner) => this.#store.writeDetached([write], inner))) !== null;
  }

  /** The last one; null when there is none, or when the store does not answer. */
  async read(dataSourceId: string, signal: AbortSignal): Promise<JsonObject | null> {
    const found = await this.#try(signal, (inner) =>
      this.#store.readPartition(partitionOf(dataSourceId), inner),
    );
    return found?.[0]?.body ?? null;
  }

  async #try<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    try {
      return await within({ clock: this.#clock, durationMs: this.#timeoutMs, signal }, work);
    } catch (error) {
      if (error instanceof Problem || error instanceof DeadlinePassed || signal.aborted) return null;
      throw error;
    }
  }
}

function partitionOf(dataSourceId: string): string {
  return `poll#${dataSourceId}`;
}
