import type { ReplicaPort } from '../../service/replication/replica-port.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimulatedReplica } from './simulated-replica.ts';

export type Answer<Value> =
  | { readonly kind: 'answered'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Nobody listens there: certainly not done. */
  | { readonly kind: 'refused' }
  /** Given up. */
  | { readonly kind: 'silence' };

const patienceMs = 5_000;

/** The way between clients and replicas. */
export class Requests {
  readonly #scheduler: Scheduler;
  readonly #replicas: readonly SimulatedReplica[];
  readonly #random: SeededRandom;

  constructor(options: {
    readonly scheduler: Scheduler;
    readonly replicas: readonly SimulatedReplica[];
    readonly random: SeededRandom;
  }) {
    this.#scheduler = options.scheduler;
    this.#replicas = options.replicas;
    this.#random = options.random;
  }

  pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#scheduler.after(durationMs, resolve);
    });
  }

  /** One request; `work` runs in the process of that replica. Its number may be too large. */
  ask<Value>(
    replica: number,
    work: (port: ReplicaPort, signal: AbortSignal) => Promise<Value>,
  ): Promise<Answer<Value>> {
    const target = this.#replicas[replica % this.#replicas.length]!;
    const gone = new AbortController();
    return new Promise((resolve) => {
      let ended = false;
      const end = (answer: Answer<Value>): void => {
        if (ended) return;
        ended = true;
        timer.cancel();
        resolve(answer);
      };
      const back = (answer: Answer<Value>): void => {
        this.#scheduler.after(this.#latencyMs(), () => end(answer));
      };
      const timer = this.#scheduler.after(patienceMs, () => {
        target.host?.happen(() => gone.abort(new Error('the client has gone')));
        end({ kind: 'silence' });
      });
      this.#scheduler.after(this.#latencyMs(), () => {
        const { host, port } = target;
        if (host === null || port === null) return end({ kind: 'refused' });
        host.happen(() => {
          work(port, gone.signal).then(
            (value) => back({ kind: 'answered', value }),
            (error: unknown) => back({ kind: 'failed', error }),
          );
        });
      });
    });
  }

  #latencyMs(): number {
    return 0.2 + this.#random.next() * 2;
  }
}
