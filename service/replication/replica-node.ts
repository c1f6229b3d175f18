import { createHash } from 'node:crypto';
import type { Sequence } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Engine } from '../engine/engine.ts';
import type { Catalog } from '../policy/catalog.ts';
import type { DataSource } from '../policy/entities.ts';
import type { Write } from '../policy/write.ts';
import type { Committer } from './committer.ts';
import type { Follower } from './follower.ts';
import type { LiveReplica } from './live-replica.ts';
import type { RowPusher } from './push-rows.ts';
import type { ReadGate } from './read-gate.ts';
import type {
  Consistency,
  ReplaceRows,
  ReplicaHealth,
  ReplicaPort,
  WriteOptions,
  WriteOutcome,
} from './replica-port.ts';
import type { StoreContact } from './store-contact.ts';

/** A key becomes an item's id, which is limited; longer ones are stored by their hash. */
const keyLengthMax = 512;

export interface ReplicaNodeOptions {
  readonly live: LiveReplica;
  readonly follower: Follower;
  readonly committer: Committer;
  readonly pusher: RowPusher;
  readonly gate: ReadGate;
  readonly contact: StoreContact;
  /** Further things that are wrong, in sentences for people. */
  readonly alarms: () => readonly string[];
}

/** The replica as the API sees it: one front for the parts that do the work. */
export class ReplicaNode implements ReplicaPort {
  readonly #options: ReplicaNodeOptions;
  #draining = false;
  #prepared = false;

  constructor(options: ReplicaNodeOptions) {
    this.#options = options;
  }

  get catalog(): Catalog {
    return this.#options.live.state.catalog;
  }

  get engine(): Engine {
    return this.#options.live.state.engine;
  }

  isKnown({ engineName }: Pick<DataSource, 'engineName'>, table: string): boolean {
    return !this.#options.live.state.unknown.isUnknown(engineName, table);
  }

  applied(): Sequence {
    return this.#options.live.applied;
  }

  stalenessMs(): number | null {
    return this.#options.contact.stalenessMs();
  }

  /** From now on not ready; reads and writes are served until the end. */
  drain(): void {
    this.#draining = true;
  }

  /** The default policies are there: a client that finds this replica ready finds them too. */
  markPrepared(): void {
    this.#prepared = true;
  }

  health(): ReplicaHealth {
    const { live, follower, contact } = this.#options;
    const ready = live.installed && this.#prepared && live.standstill === null && !this.#draining;
    return {
      ready,
      draining: this.#draining,
      reasons: this.#reasons(),
      applied: live.applied,
      head: contact.stalenessMs() === null ? null : follower.knownHead,
      stalenessMs: contact.stalenessMs(),
      catalogDigest: live.state.catalog.digest(),
    };
  }

  awaitConsistency(consistency: Consistency, signal: AbortSignal): Promise<{ readonly stale: boolean }> {
    return this.#options.gate.pass(consistency, signal);
  }

  write<Result extends Json>(write: Write<Result>, options: WriteOptions): Promise<WriteOutcome<Result>> {
    return this.#options.committer.submit(write, withShortKey(options));
  }

  replaceRows(request: ReplaceRows, options: WriteOptions): Promise<WriteOutcome<null>> {
    return this.#options.pusher.replace(request, withShortKey(options));
  }

  #reasons(): readonly string[] {
    const { live, follower, contact } = this.#options;
    const { standstill } = live;
    const awayMs = contact.awayMs();
    const reasons: string[] = [];
    if (!live.installed) reasons.push('the catalog is not loaded yet');
    else if (!this.#prepared) reasons.push('the default policies are not there yet');
    if (standstill?.kind === 'newer-format') {
      reasons.push(
        `record ${standstill.sequence} has format version ${standstill.formatVersion}, newer than this build`,
      );
    }
    if (standstill?.kind === 'cannot-apply') {
      reasons.push(`record ${standstill.sequence} cannot be applied: ${standstill.reason}`);
    }
    if (awayMs !== null) reasons.push(`store unreachable for ${Math.round(awayMs / 1_000)} s`);
    if (follower.lastFailure !== null) reasons.push(`following failed: ${follower.lastFailure}`);
    reasons.push(...this.#options.alarms());
    if (this.#draining) reasons.push('draining');
    return reasons;
  }
}

function withShortKey(options: WriteOptions): WriteOptions {
  const { idempotency } = options;
  if (idempotency === undefined || idempotency.key.length <= keyLengthMax) return options;
  const key = createHash('sha256').update(idempotency.key).digest('hex');
  return { ...options, idempotency: { ...idempotency, key } };
}
