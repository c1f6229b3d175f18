import type { Clock } from '../base/clock.ts';
import type { CommitId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { Change } from '../policy/change.ts';
import { entityWrites } from '../policy/entity-writes.ts';
import type { Entity, EntityWrite } from '../store/state-store.ts';
import { rowsFileName, rowsFilePrefix } from './cached-row-store.ts';
import type { LiveReplica } from './live-replica.ts';
import type { PreparedRecord } from './prepared-record.ts';
import type { ReplicationSettings } from './settings.ts';
import {
  readSnapshot,
  type Snapshot,
  type SnapshotHeader,
  SnapshotUnusable,
  snapshotBytes,
  snapshotLayout,
} from './snapshot-file.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

export interface SnapshotKeeperOptions {
  readonly folder: SnapshotFolder;
  readonly live: LiveReplica;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Pick<ReplicationSettings, 'snapshotIntervalMs'>;
  /** Aborted when the replica stops: the last snapshot is then written. */
  readonly signal: AbortSignal;
}

const fileName = 'entities';
/** Changes kept for the next snapshot before it is written early. */
const changesKeptMax = 20_000;

/**
 * Keeps the entities that this replica has applied in a local file, so that it can start while the store is away.
 *
 *     loaded from the store   all entities of that sequence are the base
 *     every record applied    its changes are noted (a reference each, nothing else happens on that path)
 *     every interval, at stop file = file before + what the noted changes write, replaced as a whole
 *
 * Never wrong, at worst old: the file says its sequence, and what it holds is checked against the digest that the
 * catalog had there. A disk that fails costs the snapshot only.
 */
export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions;
  #base: readonly Entity[] | null = null;
  #changes: Change[] = [];
  #last: { readonly commitId: CommitId | null } | null = null;
  #wakeUp = new AbortController();
  #failing = false;

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options;
    options.live.onRecord((record) => this.#note(record));
  }

  /** The state was loaded from the store and is live now: `entities` are all of it, `commitId` that of its sequence. */
  loaded(entities: readonly Entity[], commitId: CommitId | null): void {
    this.#base = entities;
    this.#changes = [];
    this.#last = { commitId };
    this.#wakeUp.abort();
  }

  /** The state was taken from the file and is live now. */
  restored(commitId: CommitId | null): void {
    this.#changes = [];
    this.#last = { commitId };
  }

  /** Null when there is none. Throws SnapshotUnusable, or what the disk says. */
  async read(): Promise<Snapshot | null> {
    const bytes = await this.#options.folder.read(fileName);
    return bytes === null ? null : readSnapshot(bytes);
  }

  /** Runs until `signal` is aborted and the last snapshot is written. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      await this.#rest();
      await this.#write();
    }
  }

  #note(record: PreparedRecord): void {
    if (this.#last === null || record.content.kind !== 'changes') return;
    this.#last = { commitId: record.commitId };
    for (const change of record.content.changes) this.#changes.push(change);
    if (this.#changes.length > changesKeptMax) this.#wakeUp.abort();
  }

  async #write(): Promise<void> {
    const { folder, clock, logger } = this.#options;
    const last = this.#last;
    if (last === null || (this.#base === null && this.#changes.length === 0)) return;
    const [base, changes, header] = [this.#base, this.#changes, this.#header(last.commitId)];
    this.#base = null;
    this.#changes = [];
    try {
      const before = base === null ? await folder.read(fileName) : null;
      if (base === null && before === null) throw new SnapshotGone('the snapshot before is gone');
      await folder.write(
        fileName,
        snapshotBytes(header, { before, writes: writesOf(base ?? [], changes), clock }),
      );
      await this.#sweep();
      this.#failing = false;
      logger.debug('snapshot written', { sequence: header.sequence });
    } catch (error) {
      if (!this.#failing) logger.warn('the snapshot cannot be written', { error });
      this.#failing = true;
      this.#takeBack(base, changes, error);
    }
  }

  /**
   * For the next attempt, unless everything was loaded anew meanwhile. The file stays as it is, good for its own
   * sequence; without it, or when too much is noted, only the next load begins a new one.
   */
  #takeBack(base: readonly Entity[] | null, changes: readonly Change[], error: unknown): void {
    if (this.#base !== null) return;
    this.#base = base;
    this.#changes = [...changes, ...this.#changes];
    const isLost = base === null && (error instanceof SnapshotUnusable || error instanceof SnapshotGone);
    if (!isLost && this.#changes.length <= changesKeptMax * 10) return;
    this.#base = null;
    this.#changes = [];
    this.#last = null;
  }

  #header(commitId: CommitId | null): SnapshotHeader {
    const { live, clock } = this.#options;
    return {
      kind: 'congress-snapshot',
      layout: snapshotLayout,
      sequence: live.applied,
      commitId,
      formatVersion: live.formatVersion,
      digest: live.state.catalog.digest(),
      takenAtMs: clock.nowMs(),
    };
  }

  /** Rows of versions that are not shown any more. */
  async #sweep(): Promise<void> {
    const { folder, live } = this.#options;
    const { catalog } = live.state;
    const shown = catalog.dataSources().flatMap(({ id }) => catalog.tableVersions(id));
    const kept = new Set(shown.map(rowsFileName));
    for (const name of await folder.list()) {
      if (name.startsWith(rowsFilePrefix) && !kept.has(name)) await folder.remove(name);
    }
  }

  async #rest(): Promise<void> {
    const { clock, settings, signal } = this.#options;
    this.#wakeUp = new AbortController();
    const stop = (): void => this.#wakeUp.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (!signal.aborted) await clock.sleep(settings.snapshotIntervalMs, this.#wakeUp.signal).catch(() => {});
    signal.removeEventListener('abort', stop);
  }
}

class SnapshotGone extends Error {
  override readonly name = 'SnapshotGone';
}

function* writesOf(base: readonly Entity[], changes: readonly Change[]): Generator<EntityWrite> {
  for (const { key, body } of base) yield { kind: 'put', key, body };
  for (const change of changes) yield* entityWrites(change);
}
