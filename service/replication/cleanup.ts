import type { Clock } from '../base/clock.ts';
import type { RowStore } from '../store/row-store.ts';
import type { EntityWrite, StateStore } from '../store/state-store.ts';
import type { Background } from './background.ts';
import { within } from './deadline.ts';
import { type Leftovers, noteKey } from './leftovers.ts';
import type { ReplicationSettings } from './settings.ts';

export interface CleanupOptions {
  readonly store: StateStore;
  readonly rowStore: RowStore;
  readonly clock: Clock;
  readonly background: Background;
  readonly settings: ReplicationSettings;
  readonly signal: AbortSignal;
}

/** What to let go, and the note that says so in case this process does not get to it. */
export interface NotedLeftovers {
  readonly noteId: string;
  readonly leftovers: Leftovers;
}

/** Lets go of what no commit points to any more. Best effort: what stays is noted, and collected (leftovers.ts). */
export class Cleanup {
  readonly #options: CleanupOptions;

  constructor(options: CleanupOptions) {
    this.#options = options;
  }

  /** Superseded row chunks stay for replicas that lag; items whose owner is gone (`after`) go now. */
  afterCommit(superseded: NotedLeftovers | null, after: readonly EntityWrite[]): void {
    if (superseded === null && after.length === 0) return;
    this.#start('letting go of what a commit superseded', async (signal) => {
      if (after.length > 0) await this.#options.store.writeDetached(after, signal);
      if (superseded === null) return;
      await this.#expire(superseded.leftovers, signal);
      await this.#forget(superseded.noteId, signal);
    });
  }

  /** Chunks that no commit will ever point to, and their note. */
  discard({ noteId, leftovers }: NotedLeftovers): void {
    this.#start('letting go of rows that were not committed', async (signal) => {
      await this.#expire(leftovers, signal);
      await this.#forget(noteId, signal);
    });
  }

  /** Everything that a condemned note names, then the note. May be repeated. */
  async collect({ noteId, leftovers }: NotedLeftovers, signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    await this.#expire(leftovers, signal);
    for (const partition of leftovers.partitions) {
      const items = await store.readPartition(partition, signal);
      await store.writeDetached(
        items.map(({ key }) => ({ kind: 'delete', key })),
        signal,
      );
    }
    await this.#forget(noteId, signal);
  }

  async #expire({ versions }: Leftovers, signal: AbortSignal): Promise<void> {
    const { rowStore, clock, settings } = this.#options;
    const expiresAtMs = clock.nowMs() + settings.supersededRetentionMs;
    for (const version of versions) {
      await rowStore.expireChunks(version, version.chunks, { expiresAtMs, signal });
    }
  }

  async #forget(noteId: string, signal: AbortSignal): Promise<void> {
    await this.#options.store.writeDetached([{ kind: 'delete', key: noteKey(noteId) }], signal);
  }

  #start(what: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { background, clock, settings, signal } = this.#options;
    background.start(what, () => within({ clock, durationMs: settings.bulkWriteDeadlineMs, signal }, work));
  }
}
