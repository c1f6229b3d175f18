import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { StateStore } from '../store/state-store.ts';
import type { Bootstrap } from './bootstrap.ts';
import { within } from './deadline.ts';
import type { ReplicaState } from './replica.ts';
import type { ReplicationSettings } from './settings.ts';
import type { SnapshotHeader } from './snapshot-file.ts';
import type { SnapshotKeeper } from './snapshot-keeper.ts';

export interface SnapshotStartOptions {
  readonly keeper: SnapshotKeeper;
  readonly bootstrap: Pick<Bootstrap, 'restore'>;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Pick<ReplicationSettings, 'serveSnapshot' | 'storeTimeoutMs'>;
  readonly signal: AbortSignal;
}

/** A snapshot that can be served. */
interface ServableSnapshot {
  readonly state: ReplicaState;
  readonly header: SnapshotHeader;
  /** By the wall clock of this host, which wrote it; not negative. */
  readonly ageMs: number;
}

/** Starting from the local snapshot while the store is away, and coming back from it. */
export class SnapshotStart {
  readonly #options: SnapshotStartOptions;
  #told = '';

  constructor(options: SnapshotStartOptions) {
    this.#options = options;
  }

  /** Null when it must not be served or there is none that can be; the log says why. */
  async load(signal: AbortSignal): Promise<ServableSnapshot | null> {
    const { keeper, bootstrap, clock, logger, settings } = this.#options;
    if (!settings.serveSnapshot) return null;
    try {
      const snapshot = await keeper.read();
      if (snapshot === null) return this.#tell('there is no local snapshot');
      const { header } = snapshot;
      const state = await bootstrap.restore(snapshot, signal);
      keeper.restored(header.commitId);
      const ageMs = Math.max(0, clock.nowMs() - header.takenAtMs);
      logger.warn('the store is away; serving the local snapshot', { sequence: header.sequence, ageMs });
      return { state, header, ageMs };
    } catch (error) {
      if (signal.aborted) throw error;
      return this.#tell(error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * Whether the log of the store goes on where the snapshot ends: `unclear` when it no longer reaches back so far.
   * Rejects with StoreUnavailable or DeadlinePassed.
   */
  async isOfThisLog({ sequence, commitId }: SnapshotHeader): Promise<'yes' | 'no' | 'unclear'> {
    const { store, clock, settings, signal } = this.#options;
    return within({ clock, durationMs: settings.storeTimeoutMs * 2, signal }, async (inner) => {
      const head = await store.readHead({ consistency: 'strong', signal: inner });
      if (head.sequence < sequence) return 'no';
      if (sequence === 0) return 'yes';
      const record = await store.readRecord(sequence, inner);
      if (record === null) return 'unclear';
      return record.commitId === commitId ? 'yes' : 'no';
    });
  }

  #tell(reason: string): null {
    if (this.#told !== reason) this.#options.logger.warn('the local snapshot is not served', { reason });
    this.#told = reason;
    return null;
  }
}
