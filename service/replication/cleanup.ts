import type { Clock } from '../base/clock.ts';
import type { Change } from '../policy/change.ts';
import type { TableVersion } from '../policy/entities.ts';
import type { RowStore } from '../store/row-store.ts';
import type { EntityWrite, StateStore } from '../store/state-store.ts';
import type { Background } from './background.ts';
import { within } from './deadline.ts';
import type { ReplicationSettings } from './settings.ts';

export interface CleanupOptions {
  readonly store: StateStore;
  readonly rowStore: RowStore;
  readonly clock: Clock;
  readonly background: Background;
  readonly settings: ReplicationSettings;
  readonly signal: AbortSignal;
}

/** Lets go of what no commit points to any more. Best effort: what stays only takes up space. */
export class Cleanup {
  readonly #options: CleanupOptions;

  constructor(options: CleanupOptions) {
    this.#options = options;
  }

  /** Superseded row chunks stay for replicas that lag; items whose owner is gone go now. */
  afterCommit(changes: readonly Change[], after: readonly EntityWrite[]): void {
    for (const version of changes.flatMap(superseded)) this.expire(version);
    if (after.length === 0) return;
    this.#start('deleting items of a deleted owner', (signal) =>
      this.#options.store.writeDetached(after, signal),
    );
  }

  /** The chunks of a version that no commit points to any more, or that none ever will. */
  expire(version: Chunked): void {
    if (version.chunks === 0) return;
    const expiresAtMs = this.#options.clock.nowMs() + this.#options.settings.supersededRetentionMs;
    this.#start('expiring row chunks', (signal) =>
      this.#options.rowStore.expireChunks(version, version.chunks, { expiresAtMs, signal }),
    );
  }

  #start(what: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { background, clock, settings, signal } = this.#options;
    background.start(what, () => within({ clock, durationMs: settings.bulkWriteDeadlineMs, signal }, work));
  }
}

type Chunked = Pick<TableVersion, 'dataSourceId' | 'table' | 'version' | 'chunks'>;

function superseded(change: Change): readonly TableVersion[] {
  if (change.kind === 'table-replaced') return change.before === null ? [] : [change.before];
  if (change.kind === 'data-source-updated') return change.dropped;
  return change.kind === 'data-source-deleted' ? change.tables : [];
}
