import type { Clock } from '../base/clock.ts';
import { tableDeltasMax } from '../base/limits.ts';
import { Problem } from '../base/problem.ts';
import type { Tuple } from '../datalog/value.ts';
import type { DataSource, TableSchema, TableVersion } from '../policy/entities.ts';
import { tupleToJson } from '../policy/execution-json.ts';
import { DataSourceNotFound, DataSourceTableNotFound, TableMoved } from '../policy/problems.ts';
import { changeTable } from '../policy/writes/change-table.ts';
import type { LeaseCondition } from '../store/lease-store.ts';
import type { Committer } from './committer.ts';
import type { LiveReplica } from './live-replica.ts';
import { LeaseLost } from './problems.ts';
import type { RowPusher } from './push-rows.ts';
import type { WriteOptions } from './replica-port.ts';

/** Takes the rows of a data source, table by table. `token`s are equal for equal content only. */
export interface TableFeed {
  current(table: string): { readonly token: string; rows(): readonly Tuple[] } | null;
  replace(table: string, rows: readonly Tuple[], signal: AbortSignal): Promise<string>;
  change(change: FeedChange, signal: AbortSignal): Promise<string>;
}

interface FeedChange {
  readonly table: string;
  readonly basedOn: string;
  readonly deleted: readonly Tuple[];
  readonly inserted: readonly Tuple[];
}

/** Rows are not taken this way (any more): the data source is polled in another mode, or gone. */
class FeedClosed extends Problem {
  readonly code = 'feed-closed';
  readonly kind = 'unavailable';
}

export interface TableFeedsOptions {
  readonly live: LiveReplica;
  readonly pusher: RowPusher;
  readonly committer: Pick<Committer, 'submit'>;
  readonly clock: Clock;
}

/** A delta longer than this, in bytes of JSON, becomes a version of its own. */
const deltaBytesMax = 64 * 1024;

/** The two ways in which polled rows reach replicas (ARCHITECTURE section 4). */
export class TableFeeds {
  readonly #options: TableFeedsOptions;
  #localChanges = 0;
  readonly #localTokens = new Map<string, string>();

  constructor(options: TableFeedsOptions) {
    this.#options = options;
  }

  /**
   * Through the log to all replicas, while `condition` answers the lease: every commit is fenced by its generation.
   * Rejects with LeaseLost, with NotPolledUnderLease, TableMoved, and as writes do.
   */
  shared(dataSourceId: string, condition: () => LeaseCondition | null): TableFeed {
    const options = (signal: AbortSignal): WriteOptions => {
      const lease = condition();
      if (lease === null) throw new LeaseLost(`poll of ${dataSourceId}`);
      return { signal, lease };
    };
    return {
      current: (table) => this.#sharedContent(dataSourceId, table),
      replace: async (table, rows, signal) => {
        const request = { dataSource: dataSourceId, table, rows, polled: true };
        await this.#options.pusher.replace(request, options(signal));
        return this.#sharedToken(dataSourceId, table);
      },
      change: async (change, signal) => {
        const { table, basedOn, deleted, inserted } = change;
        const version = this.#version(dataSourceId, table);
        if (version === undefined || tokenOf(version) !== basedOn) throw new TableMoved(table);
        if ((version.deltas?.count ?? 0) >= tableDeltasMax || isLarge(change)) {
          const rows = changed(this.#rows(dataSourceId, table), change);
          const request = { dataSource: dataSourceId, table, rows, polled: true };
          await this.#options.pusher.replace(request, options(signal));
        } else {
          const changedAtMs = Math.round(this.#options.clock.nowMs());
          const write = changeTable({ basedOn: version, deleted, inserted, polled: true, changedAtMs });
          await this.#options.committer.submit(write, options(signal));
        }
        return this.#sharedToken(dataSourceId, table);
      },
    };
  }

  /** Into this replica alone. Rejects with FeedClosed when the data source is not polled by every replica. */
  local(dataSourceId: string): TableFeed {
    return {
      current: (table) => this.#localContent(dataSourceId, table),
      replace: async (table, rows) => {
        const relation = this.#localRelation(dataSourceId, table);
        this.#options.live.applyLocal([{ kind: 'replace-table', ...relation, rows }]);
        return this.#newLocalToken(dataSourceId, table);
      },
      change: async ({ table, basedOn, deleted, inserted }) => {
        const relation = this.#localRelation(dataSourceId, table);
        if (this.#localContent(dataSourceId, table)?.token !== basedOn) throw new TableMoved(table);
        this.#options.live.applyLocal([{ kind: 'change-table', ...relation, deleted, inserted }]);
        return this.#newLocalToken(dataSourceId, table);
      },
    };
  }

  #sharedContent(dataSourceId: string, table: string): ReturnType<TableFeed['current']> {
    const version = this.#version(dataSourceId, table);
    if (version === undefined) return null;
    return { token: tokenOf(version), rows: () => this.#rows(dataSourceId, table) };
  }

  #sharedToken(dataSourceId: string, table: string): string {
    const version = this.#version(dataSourceId, table);
    return version === undefined ? '' : tokenOf(version);
  }

  #version(dataSourceId: string, table: string): TableVersion | undefined {
    return this.#options.live.state.catalog.tableVersion(dataSourceId as TableVersion['dataSourceId'], table);
  }

  #localContent(dataSourceId: string, table: string): ReturnType<TableFeed['current']> {
    const { catalog, unknown } = this.#options.live.state;
    const dataSource = catalog.dataSourceById(dataSourceId);
    if (dataSource === undefined || unknown.isUnknown(dataSource.engineName, table)) return null;
    const token = this.#localTokens.get(localKey(dataSourceId, table)) ?? 'before';
    return { token, rows: () => this.#rows(dataSourceId, table) };
  }

  #newLocalToken(dataSourceId: string, table: string): string {
    this.#localChanges += 1;
    const token = `local ${this.#localChanges}`;
    this.#localTokens.set(localKey(dataSourceId, table), token);
    return token;
  }

  #localRelation(dataSourceId: string, table: string) {
    const { dataSource, schema } = this.#table(dataSourceId, table);
    if (dataSource.polling !== 'every-replica') {
      throw new FeedClosed(`data source \`${dataSource.name}\` is not polled by every replica`);
    }
    return { policy: dataSource.engineName, table, arity: schema.columns.length };
  }

  #rows(dataSourceId: string, table: string): readonly Tuple[] {
    const { dataSource, schema } = this.#table(dataSourceId, table);
    const relation = { policy: dataSource.engineName, table, arity: schema.columns.length, modal: null };
    return this.#options.live.state.engine.rows(relation);
  }

  #table(
    dataSourceId: string,
    table: string,
  ): { readonly dataSource: DataSource; readonly schema: TableSchema } {
    const { catalog } = this.#options.live.state;
    const dataSource = catalog.dataSourceById(dataSourceId);
    if (dataSource === undefined) throw new DataSourceNotFound(dataSourceId);
    const schema = catalog.tableSchema(dataSource.id, table);
    if (schema === undefined) throw new DataSourceTableNotFound({ table, dataSourceName: dataSource.name });
    return { dataSource, schema };
  }
}

function tokenOf({ version, deltas }: TableVersion): string {
  return `${version} ${deltas?.count ?? 0}`;
}

function localKey(dataSourceId: string, table: string): string {
  return JSON.stringify([dataSourceId, table]);
}

function isLarge({ deleted, inserted }: FeedChange): boolean {
  let bytes = 0;
  for (const row of [...deleted, ...inserted]) {
    bytes += Buffer.byteLength(JSON.stringify(tupleToJson(row)));
    if (bytes > deltaBytesMax) return true;
  }
  return false;
}

function changed(rows: readonly Tuple[], { deleted, inserted }: FeedChange): readonly Tuple[] {
  const gone = new Set(deleted.map((row) => JSON.stringify(tupleToJson(row))));
  return [...rows.filter((row) => !gone.has(JSON.stringify(tupleToJson(row)))), ...inserted];
}
