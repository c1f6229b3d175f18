import type { Clock } from '../base/clock.ts';
import type { CommitId, Sequence } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { EngineChange } from '../engine/engine-change.ts';
import { localRows } from './local-rows.ts';
import type { ReplicationMetrics } from './metrics.ts';
import type { PreparedRecord, RowsOf } from './prepared-record.ts';
import type { ApplyResult, Replica, ReplicaState, Standstill } from './replica.ts';

const commitIdsKept = 1_024;

export interface LiveReplicaOptions {
  readonly replica: Replica;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ReplicationMetrics;
}

/** The pure replica and those who wait for it to move. */
export class LiveReplica {
  readonly #options: LiveReplicaOptions;
  readonly #waiters = new Set<Waiter>();
  readonly #commitIds = new Map<Sequence, CommitId>();
  readonly #listeners: RecordListener[] = [];
  readonly #watchers: (() => void)[] = [];
  #installed = false;
  #formatVersion = 0;

  constructor(options: LiveReplicaOptions) {
    this.#options = options;
  }

  get state(): ReplicaState {
    return this.#options.replica.state;
  }

  get applied(): Sequence {
    return this.state.sequence;
  }

  get standstill(): Standstill | null {
    return this.#options.replica.standstill;
  }

  /** A complete catalog has been applied once. */
  get installed(): boolean {
    return this.#installed;
  }

  /** The newest format version that the log has come to; every later record has at least this one. */
  get formatVersion(): number {
    return this.#formatVersion;
  }

  /** A head or a record of this format version was read. */
  noteFormatVersion(formatVersion: number): void {
    this.#formatVersion = Math.max(this.#formatVersion, formatVersion);
  }

  /** Called with every record, in order, at once after it was applied here. */
  onRecord(listener: RecordListener): void {
    this.#listeners.push(listener);
  }

  /** Called whenever rows, rules or anything else may have changed here, after it has. Must not throw. */
  onChange(listener: () => void): void {
    this.#watchers.push(listener);
  }

  /** Rows that this replica has by itself, which outlive a reload. */
  applyLocal(changes: readonly EngineChange[]): void {
    this.#options.replica.applyLocal(changes);
    this.#tellWatchers();
  }

  install(state: ReplicaState, options: { readonly evenOlder?: boolean } = {}): boolean {
    const { replica } = this.#options;
    const before = replica.state;
    const taken = replica.install(state, options);
    if (taken) {
      if (options.evenOlder) this.#commitIds.clear();
      this.#installed = true;
      const carried = localRows(before, state);
      if (carried.length > 0) replica.applyLocal(carried);
      this.#tellWatchers();
    }
    this.#wake();
    return taken;
  }

  applyRecords(records: readonly PreparedRecord[], rowsOf: RowsOf): ApplyResult {
    const { replica, clock, metrics } = this.#options;
    const stoodStill = replica.standstill;
    const startedMs = clock.monotonicMs();
    const result = replica.applyRecords(records, rowsOf);
    if (result.applied.length > 0) {
      metrics.applied({ records: result.applied.length, durationMs: clock.monotonicMs() - startedMs });
    }
    for (const record of result.applied) this.#note(record);
    if (result.applied.length > 0) this.#tellWatchers();
    if (stoodStill === null && replica.standstill !== null) {
      this.#options.logger.error('no more records can be applied', { ...replica.standstill });
    }
    this.#wake();
    return result;
  }

  /** Which commit took this sequence; null when it was long ago or is not applied. */
  commitIdAt(sequence: Sequence): CommitId | null {
    return this.#commitIds.get(sequence) ?? null;
  }

  /** Resolves when `sequence` is applied, or at once when no more records will be. Rejects when aborted. */
  async waitApplied(sequence: Sequence, signal: AbortSignal): Promise<void> {
    if (this.#reached(sequence)) return;
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        this.#waiters.delete(waiter);
        reject(signal.reason as unknown);
      };
      const wake = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const waiter: Waiter = { sequence, wake };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  #note(record: PreparedRecord): void {
    this.#commitIds.set(record.sequence, record.commitId);
    if (this.#commitIds.size > commitIdsKept) {
      for (const oldest of this.#commitIds.keys()) {
        this.#commitIds.delete(oldest);
        break;
      }
    }
    for (const listener of this.#listeners) listener(record);
  }

  #tellWatchers(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #reached(sequence: Sequence): boolean {
    return this.#installed && (this.applied >= sequence || this.standstill !== null);
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (!this.#reached(waiter.sequence)) continue;
      this.#waiters.delete(waiter);
      waiter.wake();
    }
  }
}

export type RecordListener = (record: PreparedRecord) => void;

interface Waiter {
  readonly sequence: Sequence;
  readonly wake: () => void;
}
