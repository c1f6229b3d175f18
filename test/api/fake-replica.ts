import type { Sequence } from '../../service/base/ids.ts';
import { Engine } from '../../service/engine/engine.ts';
import { Catalog } from '../../service/policy/catalog.ts';
import type { Consistency, ReplicaHealth, ReplicaPort } from '../../service/replication/replica-port.ts';

/** A replica with an empty catalog whose behaviour a test sets; remembers what it was asked. */
export class FakeReplica implements ReplicaPort {
  readonly catalog = new Catalog();
  readonly engine = new Engine();
  readonly awaited: Consistency[] = [];
  state: Partial<ReplicaHealth> = {};
  /** What waiting for consistency does. */
  pass: (consistency: Consistency) => Promise<{ readonly stale: boolean }> = async () => ({ stale: false });
  /** What any write does. */
  commit: () => Promise<never> = () => Promise.reject(new Error('no writes'));

  isKnown(): boolean {
    return true;
  }

  applied(): Sequence {
    return 7 as Sequence;
  }

  stalenessMs(): number | null {
    return 12.4;
  }

  health(): ReplicaHealth {
    return {
      ready: true,
      draining: false,
      reasons: [],
      applied: this.applied(),
      head: this.applied(),
      stalenessMs: this.stalenessMs(),
      catalogDigest: this.catalog.digest(),
      ...this.state,
    };
  }

  awaitConsistency(consistency: Consistency): Promise<{ readonly stale: boolean }> {
    this.awaited.push(consistency);
    return this.pass(consistency);
  }

  write(): Promise<never> {
    return this.commit();
  }

  replaceRows(): Promise<never> {
    return this.commit();
  }
}
