import type { Clock } from '../../base/clock.ts';
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
import type { StoreObserver, StoreOperation } from '../store-observer.ts';
import { measure } from './measure.ts';

/** Reports every call with its outcome and duration. A commit ends as `ok`, `conflict` or `fenced`. */
export class MeasuredStateStore implements StateStore {
  readonly #inner: StateStore;
  readonly #ports: { readonly clock: Clock; readonly observer: StoreObserver };

  constructor(inner: StateStore, ports: { readonly clock: Clock; readonly observer: StoreObserver }) {
    this.#inner = inner;
    this.#ports = ports;
  }

  async readHead(options: {
    readonly consistency: HeadConsistency;
    readonly signal: AbortSignal;
  }): Promise<Head> {
    return this.#measure('read-head', () => this.#inner.readHead(options));
  }

  async readRecords(options: {
    readonly after: Sequence;
    readonly limit: number;
    readonly signal: AbortSignal;
  }): Promise<readonly ChangeRecord[]> {
    return this.#measure('read-records', () => this.#inner.readRecords(options));
  }

  async readRecord(sequence: Sequence, signal: AbortSignal): Promise<ChangeRecord | null> {
    return this.#measure('read-record', () => this.#inner.readRecord(sequence, signal));
  }

  async commit(commit: Commit, signal: AbortSignal): Promise<CommitOutcome> {
    return measure(() => this.#inner.commit(commit, signal), {
      ...this.#ports,
      operation: 'commit',
      outcomeOf: ({ kind }) => (kind === 'committed' ? 'ok' : kind),
    });
  }

  async readPartition(partition: string, signal: AbortSignal): Promise<readonly Entity[]> {
    return this.#measure('read-partition', () => this.#inner.readPartition(partition, signal));
  }

  async writeDetached(writes: readonly EntityWrite[], signal: AbortSignal): Promise<void> {
    return this.#measure('write-detached', () => this.#inner.writeDetached(writes, signal));
  }

  async condemn(key: EntityKey, signal: AbortSignal): Promise<boolean> {
    return this.#measure('condemn', () => this.#inner.condemn(key, signal));
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #measure<Answer>(operation: StoreOperation, call: () => Promise<Answer>): Promise<Answer> {
    return measure(call, { ...this.#ports, operation });
  }
}
