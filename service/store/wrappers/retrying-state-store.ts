import type { Sequence } from '../../base/ids.ts';
import type {
  ChangeRecord,
  Commit,
  CommitOutcome,
  Entity,
  EntityKey,
  EntityWrite,
  Head,
  HeadConsistency,
  StateStore,
} from '../state-store.ts';
import { type RetryPorts, retryIdempotent } from './retry.ts';

/**
 * Tries reads and detached writes again. Not `commit`: whoever commits has to resolve an unknown outcome
 * before anything else, so trying again is its own business.
 */
export class RetryingStateStore implements StateStore {
  readonly #inner: StateStore;
  readonly #ports: RetryPorts;

  constructor(inner: StateStore, ports: RetryPorts) {
    this.#inner = inner;
    this.#ports = ports;
  }

  async readHead(options: {
    readonly consistency: HeadConsistency;
    readonly signal: AbortSignal;
  }): Promise<Head> {
    return this.#retry(() => this.#inner.readHead(options), options.signal);
  }

  async readRecords(options: {
    readonly after: Sequence;
    readonly limit: number;
    readonly signal: AbortSignal;
  }): Promise<readonly ChangeRecord[]> {
    return this.#retry(() => this.#inner.readRecords(options), options.signal);
  }

  async readRecord(sequence: Sequence, signal: AbortSignal): Promise<ChangeRecord | null> {
    return this.#retry(() => this.#inner.readRecord(sequence, signal), signal);
  }

  async commit(commit: Commit, signal: AbortSignal): Promise<CommitOutcome> {
    return this.#inner.commit(commit, signal);
  }

  async readPartition(partition: string, signal: AbortSignal): Promise<readonly Entity[]> {
    return this.#retry(() => this.#inner.readPartition(partition, signal), signal);
  }

  async writeDetached(writes: readonly EntityWrite[], signal: AbortSignal): Promise<void> {
    return this.#retry(() => this.#inner.writeDetached(writes, signal), signal);
  }

  async condemn(key: EntityKey, signal: AbortSignal): Promise<boolean> {
    return this.#retry(() => this.#inner.condemn(key, signal), signal);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #retry<Answer>(call: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    return retryIdempotent(call, { ...this.#ports, signal });
  }
}
