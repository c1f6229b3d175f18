import type { Json } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Tuple } from '../datalog/value.ts';
import type { Change } from '../policy/change.ts';
import { changeFromJson } from '../policy/change-json.ts';
import type { TableVersion } from '../policy/entities.ts';
import type { ChangeRecord } from '../store/state-store.ts';
import { afterCommit } from './bulk-changes.ts';
import { asPointer, DetachedPartsMissing, type DetachedStore } from './detached-json.ts';
import type { PreparedRecord, RecordContent, RowsOf } from './prepared-record.ts';
import type { ReplicationSettings } from './settings.ts';
import { RowChunksDamaged, type TableRows } from './table-rows.ts';

/** Records with all that applying them in one step needs. */
export interface PreparedBatch {
  readonly records: readonly PreparedRecord[];
  readonly rowsOf: RowsOf;
}

export interface RecordLoaderOptions {
  readonly detached: DetachedStore;
  readonly tableRows: TableRows;
  readonly settings: Pick<ReplicationSettings, 'formatVersionRead'>;
}

/**
 * Does everything about a record that takes time before the replica applies it: reads what lies beside it and
 * the rows of the table versions that it shows, decodes and decompresses.
 */
export class RecordLoader {
  readonly #options: RecordLoaderOptions;

  constructor(options: RecordLoaderOptions) {
    this.#options = options;
  }

  /**
   * For records that follow each other. Only the last version of a table in the batch is loaded.
   * Rejects with RowChunksMissing, DetachedPartsMissing or StoreUnavailable.
   */
  async prepare(records: readonly ChangeRecord[], signal: AbortSignal): Promise<PreparedBatch> {
    const prepared: PreparedRecord[] = [];
    for (const record of records) {
      const content = await this.content(record, signal);
      prepared.push({ sequence: record.sequence, commitId: record.commitId, content });
      if (content.kind !== 'changes') break;
    }
    const rows = new Map<string, readonly Tuple[]>();
    for (const version of shownVersions(prepared.flatMap(changesOf))) {
      try {
        rows.set(version.version, await this.#options.tableRows.load(version, signal));
      } catch (error) {
        if (!(error instanceof RowChunksDamaged)) throw error;
        return { records: cutAt(prepared, version, error.message), rowsOf: rowsIn(rows) };
      }
    }
    return { records: prepared, rowsOf: rowsIn(rows) };
  }

  /** What a record says. Rejects with DetachedPartsMissing or StoreUnavailable. */
  async content(record: ChangeRecord, signal: AbortSignal): Promise<RecordContent> {
    const { formatVersion } = record;
    if (formatVersion > this.#options.settings.formatVersionRead)
      return { kind: 'newer-format', formatVersion };
    try {
      const json = await Promise.all(record.changes.map((each) => this.#inside(each, signal)));
      const changes = json.flat().map((each) => afterCommit(changeFromJson(each), record.sequence));
      return { kind: 'changes', changes };
    } catch (error) {
      if (error instanceof Problem || error instanceof DetachedPartsMissing || signal.aborted) throw error;
      return { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The rows that the changes show, when all of them are held here; null otherwise. */
  rowsAtHand(changes: readonly Change[]): RowsOf | null {
    const rows = new Map<string, readonly Tuple[]>();
    for (const version of shownVersions(changes)) {
      const held = this.#options.tableRows.held(version);
      if (held === null) return null;
      rows.set(version.version, held);
    }
    return rowsIn(rows);
  }

  async #inside(json: Json, signal: AbortSignal): Promise<readonly Json[]> {
    const pointer = asPointer(json);
    if (pointer === null) return [json];
    return JSON.parse(await this.#options.detached.read(pointer, signal)) as readonly Json[];
  }
}

/** The table versions that are still in force after the changes. */
function shownVersions(changes: readonly Change[]): readonly TableVersion[] {
  const shown = new Map<string, TableVersion>();
  const nameOf = ({ dataSourceId, table }: TableVersion): string => JSON.stringify([dataSourceId, table]);
  for (const change of changes) {
    if (change.kind === 'table-replaced') shown.set(nameOf(change.table), change.table);
    if (change.kind === 'data-source-deleted') for (const each of change.tables) shown.delete(nameOf(each));
  }
  return [...shown.values()];
}

function changesOf({ content }: PreparedRecord): readonly Change[] {
  return content.kind === 'changes' ? content.changes : [];
}

function rowsIn(rows: ReadonlyMap<string, readonly Tuple[]>): RowsOf {
  return ({ version }) => rows.get(version) ?? null;
}

/** The records before the one that shows the version; that one says why it cannot be applied. */
function cutAt(records: readonly PreparedRecord[], version: TableVersion, reason: string): PreparedRecord[] {
  const at = records.findIndex((record) =>
    changesOf(record).some(
      (each) => each.kind === 'table-replaced' && each.table.version === version.version,
    ),
  );
  const bad = records[at];
  const before = records.slice(0, Math.max(at, 0));
  return bad === undefined ? before : [...before, { ...bad, content: { kind: 'unreadable', reason } }];
}
