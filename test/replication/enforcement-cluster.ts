import { silentLogger } from '../../service/base/logger.ts';
import type { EnforcementMode, Execution } from '../../service/policy/executions.ts';
import { deletePolicy } from '../../service/policy/writes/delete-policy.ts';
import { deleteRule } from '../../service/policy/writes/delete-rule.ts';
import {
  type ActionSender,
  Enforcer,
  type EnforcerOptions,
  type SendOutcome,
} from '../../service/replication/enforcement/enforcer.ts';
import type { ActionRetry } from '../../service/replication/enforcement/plan.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { Cluster, type ClusterOptions } from './cluster.ts';

interface Sent {
  readonly id: string;
  readonly replica: number;
  readonly action: string;
  readonly positional: string;
}

/** A service that is told to act: remembers every call, and answers as a test wants. */
class Target {
  readonly calls: Sent[] = [];
  retry: ActionRetry = { delivery: 'at-least-once', attemptsMax: 3, backoffMs: 100 };
  /** What it answers; never settles where a test lets it hang. */
  answer: (call: Sent) => Promise<SendOutcome> | SendOutcome = () => ({ kind: 'done', detail: 'done' });

  sender(replica: number): ActionSender {
    return {
      retryOf: () => this.retry,
      send: (execution: Execution, signal: AbortSignal) => {
        const { id, action, positional } = execution;
        const call = { id, replica, action, positional: positional.map(String).join() };
        this.calls.push(call);
        return new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
          void Promise.resolve(this.answer(call)).then(resolve);
        });
      },
    };
  }

  /** Rows that were acted on, each call, in order. */
  rows(): readonly string[] {
    return this.calls.map(({ positional }) => positional);
  }

  /** Different activations that arrived. */
  ids(): ReadonlySet<string> {
    return new Set(this.calls.map(({ id }) => id));
  }
}

export interface EnforcementOptions extends ClusterOptions {
  readonly modeMax?: EnforcementMode;
  /** Breaks a mechanism. */
  readonly wrap?: (options: EnforcerOptions) => EnforcerOptions;
}

/** A cluster in which every replica wants to enforce. */
export class EnforcementCluster {
  readonly target = new Target();
  readonly enforcers: Enforcer[] = [];
  readonly cluster: Cluster;
  readonly #options: EnforcementOptions;

  private constructor(cluster: Cluster, options: EnforcementOptions) {
    this.cluster = cluster;
    this.#options = options;
  }

  static async ready(count: number, options: EnforcementOptions = {}): Promise<EnforcementCluster> {
    const made = new EnforcementCluster(await Cluster.ready(count, options), options);
    for (let index = 0; index < count; index += 1) made.enforce(index);
    await made.cluster.until(() => made.holder() !== null);
    return made;
  }

  /** Starts enforcement on a replica that runs. */
  enforce(index: number): void {
    const { replication } = this.cluster.replica(index);
    const { live, port, leases } = replication;
    const options: EnforcerOptions = {
      live,
      port,
      leases,
      sender: this.target.sender(index),
      modeMax: this.#options.modeMax ?? 'on',
      clock: this.cluster.clock,
      random: new SeededRandom(index + 1),
      logger: silentLogger,
    };
    const enforcer = new Enforcer(this.#options.wrap?.(options) ?? options);
    this.enforcers[index] = enforcer;
    enforcer.begin();
  }

  /** Number of the replica that believes it holds the lease. */
  holder(): number | null {
    const index = this.cluster.replicas.findIndex(({ replication }) =>
      replication.leases.held().includes('enforcement'),
    );
    return index < 0 ? null : index;
  }

  /** Of the ledger, as a replica has it. */
  executions(index = 0): readonly Execution[] {
    return this.cluster.replica(index).port.catalog.executions.list();
  }

  states(index = 0): readonly string[] {
    return this.executions(index).map(({ state, closed }) => (closed ? `${state} closed` : state));
  }

  async policy(index: number, ...rules: readonly string[]): Promise<void> {
    await this.cluster.write(index, this.cluster.policy('p', rules));
  }

  async add(index: number, text: string): Promise<void> {
    await this.cluster.write(index, this.cluster.rule('p', text));
  }

  async remove(index: number, text: string): Promise<void> {
    const { catalog } = this.cluster.replica(index).port;
    const policy = catalog.policyByName('p');
    const rule = policy && catalog.rules(policy.id).find((each) => each.text === text);
    if (rule === undefined) throw new Error(`there is no rule ${text}`);
    await this.cluster.write(index, deleteRule('p', rule.id));
  }

  async removePolicy(index: number): Promise<void> {
    await this.cluster.write(index, deletePolicy('p'));
  }

  /** Lets the loops do what they can. */
  async settle(durationMs = 3_000): Promise<void> {
    await this.cluster.clock.advance(durationMs);
  }

  async stop(): Promise<void> {
    await this.cluster.clock.run(Promise.all(this.enforcers.map((enforcer) => enforcer.stop())));
    await this.cluster.stop();
  }
}

/** Acts on every row of q. */
export const pause = 'execute[nova:pause(x)] :- q(x)';

/** The other one of two replicas. */
export function other(holder: number): number {
  return holder === 0 ? 1 : 0;
}

/** Cuts a replica off from the store, its leases included. */
export function cutOff({ cluster }: EnforcementCluster, index: number): void {
  cluster.replica(index).faults.always('every', { kind: 'unavailable', reason: 'unreachable' });
}

/** The other replica has the lease, and has had time to act. */
export async function takenOver(enforcement: EnforcementCluster, from: number): Promise<void> {
  await enforcement.cluster.until(() => {
    const { replication } = enforcement.cluster.replica(other(from));
    return replication.leases.held().includes('enforcement');
  });
  await enforcement.settle();
}
