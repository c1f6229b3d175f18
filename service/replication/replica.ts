import { assert } from '../base/assert.ts';
import { nextSequence, type Sequence } from '../base/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineChange } from '../engine/engine-change.ts';
import type { Catalog } from '../policy/catalog.ts';
import type { Change } from '../policy/change.ts';
import { engineChanges } from '../policy/engine-changes.ts';
import type { HeldChange, UnknownTables } from '../policy/unknown-tables.ts';
import type { PreparedRecord, RowsOf } from './prepared-record.ts';

/** Everything a replica holds, as of one sequence. */
export interface ReplicaState {
  readonly sequence: Sequence;
  readonly catalog: Catalog;
  readonly engine: Engine;
  /** Stands in front of the engine. */
  readonly unknown: UnknownTables;
}

/** Why a replica applies no more records, for good: only a restart with a repaired or newer build helps. */
export type Standstill =
  | { readonly kind: 'newer-format'; readonly sequence: Sequence; readonly formatVersion: number }
  | { readonly kind: 'cannot-apply'; readonly sequence: Sequence; readonly reason: string };

export interface ApplyResult {
  /** What was applied now, in order; empty when there was nothing new. */
  readonly applied: readonly PreparedRecord[];
  /** The missing sequence, when records after a hole were given; they were left alone. */
  readonly gap: Sequence | null;
}

/**
 * The state of one replica as a pure step function: catalog, engine and the sequence up to which they hold
 * every record. Synchronous, so that a reader sees one sequence only.
 *
 * Invariants
 * - `sequence` moves over records it was given and that follow each other without a hole. The head item may
 *   be visible before the record it counts (reads beside a transaction are no snapshot), so a hole means
 *   "not yet", and skipping it would lose a change for good.
 * - A record is applied whole or not at all.
 * - After a standstill nothing is applied any more; what is there stays readable.
 */
export class Replica {
  #state: ReplicaState;
  #standstill: Standstill | null = null;

  /** `empty` is shown until the first install. */
  constructor(empty: ReplicaState) {
    this.#state = empty;
  }

  get state(): ReplicaState {
    return this.#state;
  }

  get standstill(): Standstill | null {
    return this.#standstill;
  }

  /**
   * Takes over a state that was built beside this one. Answers false, and does nothing, when it is older; with
   * `evenOlder` what is there turned out to be of another log.
   */
  install(state: ReplicaState, options: { readonly evenOlder?: boolean } = {}): boolean {
    if (state.sequence < this.#state.sequence && options.evenOlder !== true) return false;
    this.#state = state;
    this.#standstill = null;
    return true;
  }

  /** Applies the records that follow without a hole; those that are applied already are passed over. */
  applyRecords(records: readonly PreparedRecord[], rowsOf: RowsOf): ApplyResult {
    if (this.#standstill !== null) return { applied: [], gap: null };
    const before = this.#state.sequence;
    const applied: PreparedRecord[] = [];
    const forEngine: HeldChange[] = [];
    let gap: Sequence | null = null;
    let last = before;
    for (const record of records) {
      if (record.sequence <= last) continue;
      if (record.sequence !== nextSequence(last)) {
        gap = nextSequence(last);
        break;
      }
      const changes = this.#applyToCatalog(record, rowsOf);
      if (changes === null) break;
      forEngine.push(...changes);
      applied.push(record);
      last = record.sequence;
    }
    if (!this.#applyToEngine(applied, forEngine)) return { applied: [], gap: null };
    this.#state = { ...this.#state, sequence: last };
    return { applied, gap };
  }

  /** Rows that this replica has by itself: beside the log, and outside the digest. */
  applyLocal(changes: readonly EngineChange[]): void {
    this.#state.engine.apply(this.#state.unknown.admit(changes));
  }

  /** The engine's part of the record; null, with the catalog as before, when the record cannot be applied. */
  #applyToCatalog(record: PreparedRecord, rowsOf: RowsOf): readonly HeldChange[] | null {
    const { sequence, content } = record;
    if (content.kind === 'newer-format') {
      this.#standstill = { kind: 'newer-format', sequence, formatVersion: content.formatVersion };
      return null;
    }
    if (content.kind === 'unreadable') {
      this.#standstill = { kind: 'cannot-apply', sequence, reason: content.reason };
      return null;
    }
    const { catalog } = this.#state;
    const done: Change[] = [];
    try {
      return content.changes.flatMap((change) => {
        catalog.apply(change);
        done.push(change);
        return isShown(change, rowsOf) ? engineChanges(change, (table) => loaded(rowsOf(table))) : [];
      });
    } catch (error) {
      takeBack(catalog, done);
      this.#standstill = { kind: 'cannot-apply', sequence, reason: reasonOf(error) };
      return null;
    }
  }

  #applyToEngine(records: readonly PreparedRecord[], changes: readonly HeldChange[]): boolean {
    const first = records[0];
    if (first === undefined) return true;
    try {
      this.#state.engine.apply(this.#state.unknown.admit(changes));
      return true;
    } catch (error) {
      for (const { content } of [...records].reverse()) {
        if (content.kind === 'changes') takeBack(this.#state.catalog, content.changes);
      }
      this.#standstill = { kind: 'cannot-apply', sequence: first.sequence, reason: reasonOf(error) };
      return false;
    }
  }
}

/** Takes back changes that were applied in this order. */
export function takeBack(catalog: Catalog, changes: readonly Change[]): void {
  for (const change of [...changes].reverse()) catalog.revert(change);
}

/** False for a table version that another one replaced before anybody could look; its rows are not loaded. */
function isShown(change: Change, rowsOf: RowsOf): boolean {
  return change.kind !== 'table-replaced' || rowsOf(change.table) !== null;
}

function loaded<Rows>(rows: Rows | null): Rows {
  assert(rows !== null, 'the rows of a table that is shown were loaded');
  return rows;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
