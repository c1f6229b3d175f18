import { hashMany } from './hash.ts';

const initialSlots = 8;

/**
 * The identity set of a relation that has not two columns: open addressing over row numbers; the tuples are
 * compared in the columns. Half of the slots are used at most.
 */
export class RowSet {
  /** Row by slot; 0 is empty. */
  #slots: Int32Array = new Int32Array(initialSlots);
  #mask = initialSlots - 1;
  #size = 0;
  readonly #scratch: Int32Array;

  constructor(arity: number) {
    this.#scratch = new Int32Array(arity);
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** The slot that holds the tuple, or the empty one where it belongs; valid until the next change. */
  slotOf(tuple: Int32Array, columns: readonly Int32Array[]): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let at = hashMany(tuple) & mask;
    for (;;) {
      const row = slots[at]!;
      if (row === 0) return at;
      let i = 0;
      while (i < columns.length && columns[i]![row] === tuple[i]) i++;
      if (i === columns.length) return at;
      at = (at + 1) & mask;
    }
  }

  /** The row in a slot, or 0. */
  rowIn(slot: number): number {
    return this.#slots[slot]!;
  }

  /** Fills the empty slot of a tuple that is in the columns at this row already. */
  fill(slot: number, row: number, columns: readonly Int32Array[]): void {
    this.#slots[slot] = row;
    if (++this.#size * 2 > this.#slots.length) this.#grow(columns);
  }

  /** Removes a row that is there, closing the gap (Knuth, Algorithm 6.4R). */
  remove(removed: number, columns: readonly Int32Array[]): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = this.#hashOf(removed, columns) & mask;
    while (slots[hole] !== removed) hole = (hole + 1) & mask;
    slots[hole] = 0;
    this.#size--;
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#hashOf(slots[at]!, columns) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at]!;
      slots[at] = 0;
      hole = at;
    }
  }

  clear(): void {
    this.#slots = new Int32Array(initialSlots);
    this.#mask = initialSlots - 1;
    this.#size = 0;
  }

  #grow(columns: readonly Int32Array[]): void {
    const before = this.#slots;
    const slots = new Int32Array(before.length * 2);
    const mask = slots.length - 1;
    for (const row of before) {
      if (row === 0) continue;
      let at = this.#hashOf(row, columns) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = row;
    }
    this.#slots = slots;
    this.#mask = mask;
  }

  #hashOf(row: number, columns: readonly Int32Array[]): number {
    const scratch = this.#scratch;
    for (let i = 0; i < columns.length; i++) scratch[i] = columns[i]![row]!;
    return hashMany(scratch);
  }
}
