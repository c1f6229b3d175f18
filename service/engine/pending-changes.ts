import { grown } from './hash.ts';
import type { Relation } from './relation.ts';
import { RowList } from './row-list.ts';

/** Rows that enter and leave a relation, as row numbers. */
export interface RowDelta {
  readonly inserted: RowList;
  readonly deleted: RowList;
}

/**
 * Changes of support that were derived but that readers do not see yet. Rows of new tuples are ghosts. Others
 * go on reading the relation as it was until its turn in evaluation order comes (see propagate.ts).
 */
export class PendingChanges {
  readonly #relation: Relation;
  /** By row: 0 = untouched, else 2 * change of support + 1. */
  #states: Int32Array = new Int32Array(0);
  readonly #touched = new RowList();

  constructor(relation: Relation) {
    this.#relation = relation;
  }

  get isEmpty(): boolean {
    return this.#touched.length === 0;
  }

  /** Adds `by` to the pending change of a row (live or ghost). */
  change(row: number, by: number): void {
    if (row >= this.#states.length) this.#states = grown(this.#states, this.#relation.capacity);
    const state = this.#states[row]!;
    if (state === 0) {
      this.#touched.push(row);
      this.#states[row] = 2 * by + 1;
    } else {
      this.#states[row] = state + 2 * by;
    }
  }

  /** Pending change of support of a row. */
  of(row: number): number {
    return row < this.#states.length ? this.#states[row]! >> 1 : 0;
  }

  /**
   * Consolidates: supports that only go up or down are written at once; rows that enter or leave are returned,
   * still as ghosts and live rows, for the caller to propagate and then to {@link commitInsert} and
   * {@link commitDelete}. Ghosts that come to nothing are discarded.
   */
  take(): RowDelta {
    const relation = this.#relation;
    const inserted = new RowList();
    const deleted = new RowList();
    for (let i = 0; i < this.#touched.length; i++) {
      const row = this.#touched.rows[i]!;
      const before = relation.support[row]!;
      const after = before + (this.#states[row]! >> 1);
      if (before > 0 && after > 0) relation.support[row] = after;
      else if (after > 0) inserted.push(row);
      else if (before > 0) deleted.push(row);
      else relation.discard(row);
      if (before > 0 || after <= 0) this.#states[row] = 0;
    }
    this.#touched.clear();
    return { inserted, deleted };
  }

  /** Makes a row of the last {@link take} live with the support it got. */
  commitInsert(row: number): void {
    this.#relation.enliven(row, this.#states[row]! >> 1);
    this.#states[row] = 0;
  }

  /** Removes a row of the last {@link take}. */
  commitDelete(row: number): void {
    this.#relation.dim(row);
    this.#relation.discard(row);
  }
}
