import { randomUUID } from 'node:crypto';
import { bounded, type CongressClient } from '../../test/support/congress-client.ts';
import type { HttpAnswer } from '../../test/support/http-client.ts';
import { type LoadReport, SteadyLoad } from '../../test/support/steady-load.ts';

/** What one balancer was sent and what came back. */
interface SideReport {
  readonly reads: LoadReport;
  readonly writes: LoadReport;
}

export interface MixedReport {
  readonly withRetries: SideReport;
  readonly withoutRetries: SideReport;
  /** Of answers from memory, as the replica said, in milliseconds. */
  readonly stalenessMs: readonly number[];
  readonly markedStale: number;
  /** Facts whose insertion was acknowledged. */
  readonly acknowledged: readonly string[];
  /** What a failed write was answered with: 503 says that it was not done. */
  readonly refusedWrites: number;
}

export const readsPerSecond = 20;
export const writesPerSecond = 4;
export const loadPolicy = 'steady';

/**
 * Reads, half of them from memory, and writes through both balancers at once. Those behind the one with retries carry
 * an Idempotency-Key, so that it may send them again; the others do not.
 */
export class MixedLoad {
  readonly #sides: readonly { readonly reads: SteadyLoad; readonly writes: SteadyLoad }[];
  readonly #stalenessMs: number[] = [];
  readonly #acknowledged: string[] = [];
  #markedStale = 0;
  #refusedWrites = 0;

  constructor(options: {
    readonly name: string;
    readonly withRetries: CongressClient;
    readonly withoutRetries: CongressClient;
  }) {
    const { name, withRetries, withoutRetries } = options;
    this.#sides = [
      { reads: this.#reads(withRetries), writes: this.#writes(withRetries, `${name}_k`, true) },
      { reads: this.#reads(withoutRetries), writes: this.#writes(withoutRetries, `${name}_p`, false) },
    ];
  }

  /** Sends no more, and resolves when all requests have ended. */
  async stop(): Promise<MixedReport> {
    const [withRetries, withoutRetries] = await Promise.all(
      this.#sides.map(async ({ reads, writes }) => ({
        reads: await reads.stop(),
        writes: await writes.stop(),
      })),
    );
    return {
      withRetries: withRetries!,
      withoutRetries: withoutRetries!,
      stalenessMs: this.#stalenessMs,
      markedStale: this.#markedStale,
      acknowledged: this.#acknowledged,
      refusedWrites: this.#refusedWrites,
    };
  }

  #reads(client: CongressClient): SteadyLoad {
    return new SteadyLoad({
      perSecond: readsPerSecond,
      send: async (n) => {
        const fromMemory = n % 2 === 0;
        const answer = await client.askRows(loadPolicy, 'q', fromMemory ? bounded : {});
        this.#noteRead(answer, fromMemory);
        return answer;
      },
      isGood: ({ status, text }) => status === 200 && JSON.parse(text).results.length === 1,
    });
  }

  #writes(client: CongressClient, table: string, keyed: boolean): SteadyLoad {
    return new SteadyLoad({
      perSecond: writesPerSecond,
      send: async (n) => {
        const fact = `${table}(${n})`;
        const headers = keyed ? { 'idempotency-key': randomUUID() } : {};
        const answer = await client.insertRule(loadPolicy, fact, headers);
        if (answer.status === 201) this.#acknowledged.push(fact);
        if (answer.status === 503) this.#refusedWrites += 1;
        return answer;
      },
      isGood: ({ status }) => status === 201,
    });
  }

  #noteRead({ status, headers }: HttpAnswer, fromMemory: boolean): void {
    if (status !== 200) return;
    if (headers['congress-stale'] === 'true') this.#markedStale += 1;
    if (fromMemory) this.#stalenessMs.push(Number(headers['congress-staleness-ms']));
  }
}
