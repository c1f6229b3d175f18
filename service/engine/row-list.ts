import { grown } from './hash.ts';

const none = new Int32Array(0);

/** A growable list of row numbers. */
export class RowList {
  rows: Int32Array = none;
  length = 0;

  push(row: number): void {
    if (this.length === this.rows.length) this.rows = grown(this.rows, Math.max(16, this.length * 2));
    this.rows[this.length++] = row;
  }

  /** Takes over the rows of another list, which becomes empty. */
  takeFrom(other: RowList): void {
    const { rows } = this;
    this.rows = other.rows;
    this.length = other.length;
    other.rows = rows;
    other.length = 0;
  }

  clear(): void {
    this.length = 0;
    if (this.rows.length > 4096) this.rows = none;
  }
}
