import { assert } from '../base/assert.ts';
import type { Sequence } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Engine } from '../engine/engine.ts';
import type { Catalog } from '../policy/catalog.ts';
import type { DataSource } from '../policy/entities.ts';
import type { Write } from '../policy/write.ts';
import type {
  Consistency,
  ReplaceRows,
  ReplicaHealth,
  ReplicaPort,
  WriteOptions,
  WriteOutcome,
} from '../replication/replica-port.ts';

/**
 * The replica before there is one: the port is open and /readyz says what is being waited for, while the tables
 * of the database are looked for. After `begin` it passes everything on.
 */
export class PendingReplica implements ReplicaPort {
  #replica: ReplicaPort | null = null;
  #waitingFor: string;

  constructor(waitingFor: string) {
    this.#waitingFor = waitingFor;
  }

  begin(replica: ReplicaPort): void {
    this.#replica = replica;
  }

  /** What /readyz says until `begin`. */
  waitFor(what: string): void {
    this.#waitingFor = what;
  }

  get catalog(): Catalog {
    return this.#begun().catalog;
  }

  get engine(): Engine {
    return this.#begun().engine;
  }

  isKnown(dataSource: Pick<DataSource, 'engineName'>, table: string): boolean {
    return this.#begun().isKnown(dataSource, table);
  }

  applied(): Sequence {
    return this.#replica?.applied() ?? (0 as Sequence);
  }

  stalenessMs(): number | null {
    return this.#replica?.stalenessMs() ?? null;
  }

  health(): ReplicaHealth {
    return (
      this.#replica?.health() ?? {
        ready: false,
        draining: false,
        reasons: [this.#waitingFor],
        applied: 0 as Sequence,
        head: null,
        stalenessMs: null,
        catalogDigest: '',
      }
    );
  }

  awaitConsistency(consistency: Consistency, signal: AbortSignal): Promise<{ readonly stale: boolean }> {
    return this.#begun().awaitConsistency(consistency, signal);
  }

  write<Result extends Json>(write: Write<Result>, options: WriteOptions): Promise<WriteOutcome<Result>> {
    return this.#begun().write(write, options);
  }

  replaceRows(request: ReplaceRows, options: WriteOptions): Promise<WriteOutcome<null>> {
    return this.#begun().replaceRows(request, options);
  }

  #begun(): ReplicaPort {
    assert(this.#replica !== null, 'requests are let in when the replica is ready');
    return this.#replica;
  }
}
