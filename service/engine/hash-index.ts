import { grown, hash1, hash2, hashMany, powerOfTwo, slotsFor } from './hash.ts';

/** What an index reads of the relation it belongs to. */
export interface IndexedRows {
  readonly columns: readonly Int32Array[];
  readonly support: Int32Array;
  readonly end: number;
  readonly size: number;
  readonly capacity: number;
}

/**
 * Rows of a relation by the value of some columns: one open-addressed slot per distinct key holding the first
 * row, further rows in a doubly linked chain, so a lookup costs its answers and an unlink is O(1) however
 * skewed the key. A one-column index over a table that is large beside the id space is addressed by the id itself.
 *
 * Row 0 is no row: 0 is an empty slot and the end of a chain.
 */
export class HashIndex {
  readonly columns: readonly number[];
  /** Scratch for the key of a lookup over three columns or more. */
  readonly key: Int32Array;
  /** Chain of rows with an equal key; read by compiled plans. */
  next: Int32Array;
  #previous: Int32Array;
  #slots: Int32Array;
  #direct = false;
  #mask: number;
  #keys = 0;
  readonly #relation: IndexedRows;

  constructor(relation: IndexedRows, columns: readonly number[], idLimit: number) {
    this.#relation = relation;
    this.columns = columns;
    this.key = new Int32Array(columns.length);
    this.next = new Int32Array(0);
    this.#previous = new Int32Array(0);
    this.#slots = new Int32Array(0);
    this.#mask = 0;
    this.rebuild(idLimit);
  }

  /** Distinct keys held. */
  get keys(): number {
    return this.#keys;
  }

  /** First row whose only indexed column is `a`, or 0; go on with `next`. */
  first1(a: number): number {
    const slots = this.#slots;
    if (this.#direct) return a < slots.length ? slots[a]! : 0;
    const column = this.#relation.columns[this.columns[0]!]!;
    let at = hash1(a) & this.#mask;
    let row = slots[at]!;
    while (row !== 0 && column[row] !== a) {
      at = (at + 1) & this.#mask;
      row = slots[at]!;
    }
    return row;
  }

  /** First row whose two indexed columns are `a` and `b`, or 0. */
  first2(a: number, b: number): number {
    const slots = this.#slots;
    const left = this.#relation.columns[this.columns[0]!]!;
    const right = this.#relation.columns[this.columns[1]!]!;
    let at = hash2(a, b) & this.#mask;
    let row = slots[at]!;
    while (row !== 0 && (left[row] !== a || right[row] !== b)) {
      at = (at + 1) & this.#mask;
      row = slots[at]!;
    }
    return row;
  }

  /** First row whose indexed columns are in {@link key}, or 0. */
  firstKey(): number {
    const at = this.#find(this.key);
    return at < this.#slots.length ? this.#slots[at]! : 0;
  }

  /** Adds a row that is not in the index. */
  link(row: number): void {
    if (row >= this.next.length) this.#growRows();
    const at = this.#slotOf(row);
    const head = this.#slots[at]!;
    this.#slots[at] = row;
    this.next[row] = head;
    this.#previous[row] = 0;
    if (head !== 0) this.#previous[head] = row;
    else this.#addedKey();
  }

  /** Removes a row that is in the index; its columns are still as they were. */
  unlink(row: number): void {
    const after = this.next[row]!;
    const before = this.#previous[row]!;
    if (after !== 0) this.#previous[after] = before;
    if (before !== 0) {
      this.next[before] = after;
      return;
    }
    const at = this.#slotOf(row);
    this.#slots[at] = after;
    if (after === 0) this.#removedKey(at);
  }

  /** Builds the index from the live rows of its relation. */
  rebuild(idLimit: number): void {
    const relation = this.#relation;
    this.#direct = this.columns.length === 1 && relation.size >= 1024 && relation.size * 8 >= idLimit;
    const slotCount = this.#direct ? powerOfTwo(idLimit) : slotsFor(relation.size);
    this.#slots = new Int32Array(slotCount);
    this.#mask = slotCount - 1;
    this.#keys = 0;
    this.next = new Int32Array(relation.capacity);
    this.#previous = new Int32Array(relation.capacity);
    if (this.#direct) this.#linkAllDirect();
    else for (let row = relation.end - 1; row > 0; row--) if (relation.support[row]! > 0) this.link(row);
  }

  /** `link` for all live rows of a one-column index addressed by id, last row first. */
  #linkAllDirect(): void {
    const { support, end } = this.#relation;
    const column = this.#relation.columns[this.columns[0]!]!;
    const slots = this.#slots;
    const next = this.next;
    const previous = this.#previous;
    let keys = 0;
    for (let row = end - 1; row > 0; row--) {
      if (support[row]! <= 0) continue;
      const head = slots[column[row]!]!;
      slots[column[row]!] = row;
      next[row] = head;
      if (head === 0) keys++;
      else previous[head] = row;
    }
    this.#keys = keys;
  }

  #slotOf(row: number): number {
    const { columns, key } = this;
    for (let i = 0; i < columns.length; i++) key[i] = this.#relation.columns[columns[i]!]![row]!;
    if (this.#direct && key[0]! >= this.#slots.length) this.#growDirect(key[0]!);
    return this.#find(key);
  }

  /** The slot that holds this key, or the empty one where it belongs. */
  #find(key: Int32Array): number {
    if (this.#direct) return key[0]!;
    let at = this.#hash(key) & this.#mask;
    for (;;) {
      const row = this.#slots[at]!;
      if (row === 0 || this.#equals(row, key)) return at;
      at = (at + 1) & this.#mask;
    }
  }

  #equals(row: number, key: Int32Array): boolean {
    for (let i = 0; i < key.length; i++) {
      if (this.#relation.columns[this.columns[i]!]![row] !== key[i]) return false;
    }
    return true;
  }

  #hash(key: Int32Array): number {
    if (key.length === 1) return hash1(key[0]!);
    if (key.length === 2) return hash2(key[0]!, key[1]!);
    return hashMany(key);
  }

  #addedKey(): void {
    this.#keys++;
    if (this.#direct || this.#keys * 2 <= this.#slots.length) return;
    this.#resize(this.#slots.length * 2);
  }

  #resize(slotCount: number): void {
    const heads = this.#slots;
    this.#slots = new Int32Array(slotCount);
    this.#mask = slotCount - 1;
    for (const head of heads) if (head !== 0) this.#slots[this.#slotOf(head)] = head;
  }

  /** Closes the gap left in a probe sequence (Knuth, Algorithm 6.4R), so that no tombstones build up. */
  #removedKey(gap: number): void {
    this.#keys--;
    if (this.#direct) return;
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = gap;
    for (let at = (gap + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#homeOf(slots[at]!) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at]!;
      slots[at] = 0;
      hole = at;
    }
  }

  #homeOf(row: number): number {
    const { columns, key } = this;
    for (let i = 0; i < columns.length; i++) key[i] = this.#relation.columns[columns[i]!]![row]!;
    return this.#hash(key);
  }

  #growRows(): void {
    const capacity = this.#relation.capacity;
    this.next = grown(this.next, capacity);
    this.#previous = grown(this.#previous, capacity);
  }

  #growDirect(id: number): void {
    this.#slots = grown(this.#slots, powerOfTwo(id + 1));
  }
}
