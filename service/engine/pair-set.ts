import { hash2, powerOfTwo } from './hash.ts';

const width = 3;
const initialSlots = 8;

/**
 * The identity set of a relation of two columns: open addressing with row and both ids side by side in a slot, so
 * that a probe touches one cache line where a table of row numbers would touch three. Two of three slots are
 * used at most: 18 to 36 bytes a row.
 */
export class PairSet {
  /** Row (0 = empty), first id, second id, for each slot. */
  #slots: Int32Array = new Int32Array(initialSlots * width);
  #mask = initialSlots - 1;
  #size = 0;

  /** The set of rows 1 to end - 1, all different. */
  static of(columns: readonly Int32Array[], end: number, size: number): PairSet {
    const set = new PairSet();
    const count = powerOfTwo(Math.ceil(size * 1.5) + 1);
    set.#slots = new Int32Array(count * width);
    set.#mask = count - 1;
    set.#size = size;
    const [firsts, seconds] = columns as readonly [Int32Array, Int32Array];
    for (let row = 1; row < end; row++) set.#place(row, firsts[row]!, seconds[row]!);
    return set;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** The slot that holds the pair, or the empty one where it belongs; valid until the next change. */
  slotOf(a: number, b: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let at = hash2(a, b) & mask;
    for (;;) {
      const slot = at * width;
      if (slots[slot] === 0 || (slots[slot + 1] === a && slots[slot + 2] === b)) return slot;
      at = (at + 1) & mask;
    }
  }

  /** The row in a slot, or 0. */
  rowIn(slot: number): number {
    return this.#slots[slot]!;
  }

  /** Fills the empty slot of a pair that is in these columns at this row already. */
  fill(slot: number, row: number, columns: readonly Int32Array[]): void {
    const slots = this.#slots;
    slots[slot] = row;
    slots[slot + 1] = columns[0]![row]!;
    slots[slot + 2] = columns[1]![row]!;
    if (++this.#size * 3 > (this.#mask + 1) * 2) this.#grow();
  }

  /** Removes a pair that is there, closing the gap (Knuth, Algorithm 6.4R). */
  remove(a: number, b: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = this.slotOf(a, b) / width;
    slots[hole * width] = 0;
    this.#size--;
    for (let at = (hole + 1) & mask; slots[at * width] !== 0; at = (at + 1) & mask) {
      const home = hash2(slots[at * width + 1]!, slots[at * width + 2]!) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots.copyWithin(hole * width, at * width, at * width + width);
      slots[at * width] = 0;
      hole = at;
    }
  }

  clear(): void {
    this.#slots = new Int32Array(initialSlots * width);
    this.#mask = initialSlots - 1;
    this.#size = 0;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    this.#mask = this.#slots.length / width - 1;
    for (let from = 0; from < before.length; from += width) {
      const row = before[from]!;
      if (row !== 0) this.#place(row, before[from + 1]!, before[from + 2]!);
    }
  }

  /** Fills a slot for a pair that has none. */
  #place(row: number, a: number, b: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let at = hash2(a, b) & mask;
    while (slots[at * width] !== 0) at = (at + 1) & mask;
    slots[at * width] = row;
    slots[at * width + 1] = a;
    slots[at * width + 2] = b;
  }
}
