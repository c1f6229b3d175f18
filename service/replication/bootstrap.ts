import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { CommitId, Sequence } from '../base/ids.ts';
import { storeConcurrencyMax } from '../base/limits.ts';
import { Problem } from '../base/problem.ts';
import type { Tuple } from '../datalog/value.ts';
import type { Engine } from '../engine/engine.ts';
import { Catalog } from '../policy/catalog.ts';
import { engineChangesOf } from '../policy/engine-changes.ts';
import type { TableVersion } from '../policy/entities.ts';
import { UnknownTables } from '../policy/unknown-tables.ts';
import type { Entity, Head, StateStore } from '../store/state-store.ts';
import { contiguousPrefix } from './contiguous-prefix.ts';
import { EntityMap } from './entity-map.ts';
import type { RecordLoader } from './record-loader.ts';
import type { ReplicaState } from './replica.ts';
import type { ReplicationSettings } from './settings.ts';
import type { Snapshot } from './snapshot-file.ts';
import type { TableRows } from './table-rows.ts';
import { withDeltas } from './with-deltas.ts';

/** A state built from the store, and what it was built of. */
export interface Loaded {
  readonly state: ReplicaState;
  /** All entities as of the state's sequence. */
  readonly entities: readonly Entity[];
  /** Of the record at that sequence; null at 0. */
  readonly commitId: CommitId | null;
}

/** What is stored cannot be loaded by this build, or not now; says why. */
class CannotLoad extends Problem {
  readonly code = 'cannot-load';
  readonly kind = 'unavailable';
}

export interface BootstrapOptions {
  readonly store: StateStore;
  readonly loader: RecordLoader;
  readonly tableRows: TableRows;
  readonly newEngine: () => Engine;
  readonly clock: Clock;
  readonly settings: ReplicationSettings;
}

/**
 * Builds the complete state from the store, beside whatever is live:
 *
 *     S0 = head (settled): every effect of commits <= S0 is visible
 *     read the policies and data sources, then what each of them owns: others go on committing meanwhile
 *     S1 = head (settled): every effect seen above is of a commit <= S1
 *     replay the records S0 + 1 ... S1 on the entities: now they are those of S1, exactly
 *     load the rows of the tables, build catalog and engine
 *
 * The replay is on the entities, not on the catalog, because a mixture of two moments need not even be a
 * valid catalog. Costs one read of everything; the replica follows from S1 on as usual.
 */
export class Bootstrap {
  readonly #options: BootstrapOptions;

  constructor(options: BootstrapOptions) {
    this.#options = options;
  }

  /**
   * Rejects with StoreUnavailable, RowChunksMissing or CannotLoad; then nothing was changed, and trying again
   * later may help. `onHead` is told about the heads read.
   */
  async load(onHead: (head: Head) => void, signal: AbortSignal): Promise<Loaded> {
    const start = await this.#head(onHead, signal);
    const entities = await this.#readEntities(signal);
    const end = await this.#head(onHead, signal);
    await this.#replay(entities, { after: start.sequence, through: end.sequence, signal });
    const state = await this.#build(entities, end.sequence, signal);
    return { state, entities: entities.all(), commitId: end.commitId };
  }

  /** Builds the state that a snapshot holds. Rejects with CannotLoad, or as `load` does when rows are not local. */
  async restore({ header, entities }: Snapshot, signal: AbortSignal): Promise<ReplicaState> {
    const { formatVersionRead } = this.#options.settings;
    if (header.formatVersion > formatVersionRead) {
      throw new CannotLoad(
        `the snapshot holds format version ${header.formatVersion}, this build reads up to ${formatVersionRead}`,
      );
    }
    const map = new EntityMap();
    map.addAll(entities);
    const state = await this.#build(map, header.sequence, signal);
    if (state.catalog.digest() !== header.digest)
      throw new CannotLoad('the snapshot is not what its digest says');
    return state;
  }

  async #head(onHead: (head: Head) => void, signal: AbortSignal): Promise<Head> {
    const { formatVersionRead } = this.#options.settings;
    const head = await this.#options.store.readHead({ consistency: 'settled', signal });
    if (head.formatVersion > formatVersionRead) {
      throw new CannotLoad(
        `the store holds format version ${head.formatVersion}, this build reads up to ${formatVersionRead}`,
      );
    }
    onHead(head);
    return head;
  }

  async #readEntities(signal: AbortSignal): Promise<EntityMap> {
    const { store } = this.#options;
    const entities = new EntityMap();
    for (const partition of EntityMap.rootPartitions) {
      entities.addAll(await store.readPartition(partition, signal));
    }
    const owned = [...entities.ownedPartitions()];
    const readers = Array.from({ length: storeConcurrencyMax }, async () => {
      for (let partition = owned.pop(); partition !== undefined; partition = owned.pop()) {
        entities.addAll(await store.readPartition(partition, signal));
      }
    });
    await Promise.all(readers);
    return entities;
  }

  /** By version. Several tables at a time: one is read while another is decoded. */
  async #readRows(
    versions: readonly TableVersion[],
    entities: EntityMap,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly Tuple[]>> {
    const rows = new Map<string, readonly Tuple[]>();
    const left = [...versions];
    const readers = Array.from({ length: storeConcurrencyMax }, async () => {
      for (let version = left.pop(); version !== undefined; version = left.pop()) {
        const inChunks = await this.#options.tableRows.load(version, signal);
        rows.set(version.version, withDeltas(version, inChunks, entities.deltasOf(version)));
      }
    });
    await Promise.all(readers);
    return rows;
  }

  async #replay(
    entities: EntityMap,
    range: { readonly after: Sequence; readonly through: Sequence; readonly signal: AbortSignal },
  ): Promise<void> {
    const { store, loader, clock, settings } = this.#options;
    const { through, signal } = range;
    let after = range.after;
    for (let reads = 0; after < through; ) {
      const records = await store.readRecords({ after, limit: settings.recordsPerPullMax, signal });
      const prefix = contiguousPrefix(after, records).filter(({ sequence }) => sequence <= through);
      if (prefix.length === 0) {
        if (reads >= settings.gapReadsMax) throw new CannotLoad('the change log was trimmed while loading');
        reads += 1;
        await clock.sleep(settings.backoffMinMs, signal);
        continue;
      }
      reads = 0;
      for (const record of prefix) {
        const content = await loader.content(record, signal);
        if (content.kind !== 'changes') throw new CannotLoad(`record ${record.sequence}: ${content.kind}`);
        for (const change of content.changes) entities.replay(change);
        after = record.sequence;
      }
    }
  }

  async #build(entities: EntityMap, sequence: Sequence, signal: AbortSignal): Promise<ReplicaState> {
    const { newEngine, clock } = this.#options;
    const contents = entities.contents();
    const rows = await this.#readRows(contents.tableVersions, entities, signal);
    const catalog = Catalog.load(contents);
    await clock.sleep(0);
    const engine = newEngine();
    const unknown = new UnknownTables();
    const changes = engineChangesOf(catalog, ({ version }) => {
      const loaded = rows.get(version);
      assert(loaded !== undefined, 'the rows of every table version were loaded');
      return loaded;
    });
    for (let start = 0; start < changes.length; start += changesPerStep) {
      signal.throwIfAborted();
      engine.apply(unknown.admit(changes.slice(start, start + changesPerStep)));
      await clock.sleep(0);
    }
    return { sequence, catalog, engine, unknown };
  }
}

/** Changes given to the engine between two yields. */
const changesPerStep = 200;
