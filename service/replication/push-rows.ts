import type { Clock } from '../base/clock.ts';
import { nextSequence } from '../base/ids.ts';
import { Problem } from '../base/problem.ts';
import type { Random } from '../base/random.ts';
import type { TableVersion } from '../policy/entities.ts';
import { replaceTable } from '../policy/writes/replace-table.ts';
import type { RowStore } from '../store/row-store.ts';
import type { StateStore } from '../store/state-store.ts';
import type { Cleanup, NotedLeftovers } from './cleanup.ts';
import type { Committer } from './committer.ts';
import { DeadlinePassed, within } from './deadline.ts';
import type { Follower } from './follower.ts';
import type { HeadSource } from './head-reader.ts';
import { type ChunkedVersion, noteKey, noteOf } from './leftovers.ts';
import type { LiveReplica } from './live-replica.ts';
import { WriteNotCommitted, WriteOutcomeUnknown } from './problems.ts';
import type { ReplaceRows, WriteOptions, WriteOutcome } from './replica-port.ts';
import type { RowChunks } from './row-chunks.ts';
import type { ReplicationSettings } from './settings.ts';
import type { StoreContact } from './store-contact.ts';
import type { TableRows } from './table-rows.ts';

export interface RowPusherOptions {
  readonly live: LiveReplica;
  readonly follower: Pick<Follower, 'noteHead'>;
  readonly heads: HeadSource;
  readonly committer: Pick<Committer, 'submit'>;
  readonly chunks: RowChunks;
  readonly rowStore: RowStore;
  readonly store: StateStore;
  readonly tableRows: TableRows;
  readonly cleanup: Cleanup;
  readonly contact: StoreContact;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ReplicationSettings;
}

/**
 * Replaces a shared table: the rows become chunks under a version of their own, which nobody sees; then a
 * commit of the usual kind makes the table point to that version. So a table of any size changes at once.
 */
export class RowPusher {
  readonly #options: RowPusherOptions;

  constructor(options: RowPusherOptions) {
    this.#options = options;
  }

  /** See ReplicaPort.replaceRows. */
  async replace(request: ReplaceRows, options: WriteOptions): Promise<WriteOutcome<null>> {
    const { live, contact, committer, random, tableRows, cleanup } = this.#options;
    if (!live.installed) throw new WriteNotCommitted('this replica has not loaded the catalog yet');
    if (contact.away) throw new WriteNotCommitted(contact.problem().message, { cause: contact.problem() });
    await this.#refuseEarly(request, options.signal);
    const dataSource = live.state.catalog.dataSourceByIdOrName(request.dataSource)?.id ?? request.dataSource;
    const version = await this.#store(
      {
        dataSourceId: dataSource as TableVersion['dataSourceId'],
        table: request.table,
        version: random.uuid(),
      },
      { request, signal: options.signal },
    );
    tableRows.hold(version.version, request.rows);
    const claims = version.chunks === 0 ? [] : [noteKey(version.version)];
    let keep = version.chunks === 0;
    try {
      const write = replaceTable({ ...version, dataSource, polled: request.polled === true });
      const outcome = await committer.submit(write, { ...options, claims });
      keep ||= !outcome.replayed;
      return outcome;
    } catch (error) {
      // Nobody knows whether a commit points to the chunks.
      keep ||= error instanceof WriteOutcomeUnknown || options.signal.aborted;
      throw error;
    } finally {
      tableRows.release(version.version);
      if (!keep) cleanup.discard(notedVersion(version));
    }
  }

  /** A refusal that is certain before megabytes are uploaded; judged, as all are, on a current catalog. */
  async #refuseEarly(request: ReplaceRows, signal: AbortSignal): Promise<void> {
    if (this.#refusal(request) === null) return;
    const { heads, follower, live, clock, settings } = this.#options;
    try {
      await within({ clock, durationMs: settings.writeDeadlineMs, signal }, async (inner) => {
        const { sequence } = await heads.read();
        follower.noteHead(sequence);
        await live.waitApplied(sequence, inner);
      });
    } catch (error) {
      if (signal.aborted) throw error;
      throw new WriteNotCommitted('the rows could not be checked in time', { cause: error });
    }
    const refusal = this.#refusal(request);
    if (refusal !== null) throw refusal;
  }

  #refusal({ dataSource, table }: ReplaceRows): Problem | null {
    const { catalog, sequence } = this.#options.live.state;
    const probe = replaceTable({
      dataSource,
      table,
      version: '',
      chunks: 0,
      rows: 0,
      digest: '',
      replacedAtMs: null,
    });
    try {
      probe.plan(catalog, { sequence: nextSequence(sequence), ordinal: 0 });
      return null;
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  }

  async #store(
    key: Pick<TableVersion, 'dataSourceId' | 'table' | 'version'>,
    given: { readonly request: ReplaceRows; readonly signal: AbortSignal },
  ): Promise<Omit<TableVersion, 'updates'>> {
    const { chunks, rowStore, store, clock, settings, cleanup } = this.#options;
    const limit = { clock, durationMs: settings.bulkWriteDeadlineMs, signal: given.signal };
    const encoded = await chunks.encode(given.request.rows, given.signal);
    const { rows, digest } = encoded;
    const replacedAtMs = clock.nowMs();
    const version = { ...key, chunks: encoded.chunks.length, rows, digest, replacedAtMs };
    if (encoded.chunks.length === 0) return version;
    try {
      await within(limit, async (signal) => {
        const { noteId, leftovers } = notedVersion(version);
        await store.writeDetached([noteOf(noteId, leftovers)], signal);
        await rowStore.writeChunks(version, encoded.chunks, signal);
      });
      return version;
    } catch (error) {
      cleanup.discard(notedVersion(version));
      if (given.signal.aborted) throw error;
      if (!(error instanceof Problem) && !(error instanceof DeadlinePassed)) throw error;
      throw new WriteNotCommitted('the rows could not be stored', { cause: error });
    }
  }
}

/** The version names its note: both are used once. */
function notedVersion(version: ChunkedVersion): NotedLeftovers {
  return { noteId: version.version, leftovers: { versions: [version], partitions: [] } };
}
