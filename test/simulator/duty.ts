import { Problem } from '../../service/base/problem.ts';
import { createPolicy } from '../../service/policy/writes/create-policy.ts';
import type { KeptLease } from '../../service/replication/lease-keeper.ts';
import type { Replication } from '../../service/replication/start-replication.ts';
import type { Host } from './host.ts';

/** The lease of a duty that only one replica may have at a time. */
export const dutyLease = 'duty';

/** What a policy that the holder of a generation made says of itself. */
export function dutyMark(generation: number): string {
  return `duty of ${generation}`;
}

export interface DutyOptions {
  readonly replication: Replication;
  readonly host: Host;
  readonly onBug: (message: string) => void;
}

/** Does something for every replica as long as it has the lease: a commit now and then, under its generation. */
export class Duty {
  readonly lease: KeptLease;
  readonly #options: DutyOptions;
  #deeds = 0;

  constructor(options: DutyOptions) {
    this.#options = options;
    this.lease = options.replication.leases.keep(dutyLease, { onAcquired() {}, onLost() {} });
    void this.#work();
  }

  async #work(): Promise<void> {
    const { host } = this.#options;
    for (;;) {
      await host.clock.sleep(300 + host.random.next() * 900);
      const condition = this.lease.condition();
      if (condition === null) continue;
      await this.#act(condition);
    }
  }

  async #act(condition: NonNullable<ReturnType<KeptLease['condition']>>): Promise<void> {
    const { host, replication, onBug } = this.#options;
    this.#deeds += 1;
    const write = createPolicy({
      id: host.random.uuid(),
      name: `${host.name}_${condition.generation}_${this.#deeds}`,
      abbreviation: 'duty',
      description: dutyMark(condition.generation),
      kind: 'nonrecursive',
      rules: [],
    });
    try {
      await replication.port.write(write, { signal: new AbortController().signal, lease: condition });
    } catch (error) {
      if (!(error instanceof Problem)) onBug(`the duty of ${host.name} broke down: ${String(error)}`);
    }
  }
}
