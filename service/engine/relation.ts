import { grown, hash2, hashMany, slotsFor } from './hash.ts';
import { HashIndex } from './hash-index.ts';

/**
 * A set of tuples of ids, by column. Rows are numbered from 1 (0 is no row) and keep their number while they
 * live. `support` is the number of derivations of a row (1 for a stored fact).
 *
 * A row is *live* when its support is positive; only live rows are in the indexes. A *ghost* is a row that has
 * its place in the identity set and no support yet: a tuple that the running evaluation has proposed.
 * Whoever makes ghosts settles them (go live, or {@link discard}) before the evaluation ends.
 */
export class Relation {
  readonly arity: number;
  readonly columns: Int32Array[];
  support: Int32Array;
  /** Rows 1 to end - 1 have been given out. */
  end = 1;
  /** Live rows. */
  size = 0;
  /** Scratch for the tuple of {@link findProbe} and {@link addProbe}. */
  readonly probe: Int32Array;
  readonly #indexes: HashIndex[] = [];
  readonly #idLimit: () => number;
  #free: number[] = [];
  #slots: Int32Array;
  #mask: number;
  /** Rows in the identity set: live ones and ghosts. */
  #members = 0;

  constructor(arity: number, idLimit: () => number) {
    this.arity = arity;
    this.#idLimit = idLimit;
    this.columns = Array.from({ length: arity }, () => new Int32Array(initialCapacity));
    this.support = new Int32Array(initialCapacity);
    this.probe = new Int32Array(arity);
    this.#slots = new Int32Array(slotsFor(0));
    this.#mask = this.#slots.length - 1;
  }

  get capacity(): number {
    return this.support.length;
  }

  /** Ghosts and live rows. */
  get members(): number {
    return this.#members;
  }

  /** The row of the tuple in {@link probe}, live or ghost, or 0. */
  findProbe(): number {
    return this.#slots[this.#slotOfProbe()]!;
  }

  find2(a: number, b: number): number {
    return this.#slots[this.#slotOf2(a, b)]!;
  }

  /** The row of the tuple in {@link probe}; a ghost when it is new. */
  addProbe(): number {
    const at = this.#slotOfProbe();
    const known = this.#slots[at]!;
    if (known !== 0) return known;
    const row = this.#free.pop() ?? this.#append();
    const { columns, probe } = this;
    for (let i = 0; i < columns.length; i++) columns[i]![row] = probe[i]!;
    this.#slots[at] = row;
    this.#added();
    return row;
  }

  add2(a: number, b: number): number {
    const at = this.#slotOf2(a, b);
    const known = this.#slots[at]!;
    if (known !== 0) return known;
    const row = this.#free.pop() ?? this.#append();
    this.columns[0]![row] = a;
    this.columns[1]![row] = b;
    this.#slots[at] = row;
    this.#added();
    return row;
  }

  /** Makes a ghost live. */
  enliven(row: number, support: number): void {
    this.support[row] = support;
    this.size++;
    for (const index of this.#indexes) index.link(row);
  }

  /** Makes a live row a ghost. */
  dim(row: number): void {
    for (const index of this.#indexes) index.unlink(row);
    this.support[row] = 0;
    this.size--;
  }

  /** Forgets a ghost; its number is given out again. */
  discard(row: number): void {
    const { columns, probe } = this;
    for (let i = 0; i < columns.length; i++) probe[i] = columns[i]![row]!;
    this.#closeGap(this.#slotOfProbe());
    this.#members--;
    this.#free.push(row);
  }

  /** The index over these columns (ascending), built when first asked for. */
  index(columns: readonly number[]): HashIndex {
    const wanted = columns.join();
    const known = this.#indexes.find((index) => index.columns.join() === wanted);
    if (known !== undefined) return known;
    const index = new HashIndex(this, columns, this.#idLimit());
    this.#indexes.push(index);
    return index;
  }

  /** Live rows with these ids in these columns (ascending); through the index, or all rows without columns. */
  *lookUp(columns: readonly number[], key: readonly number[]): Generator<number> {
    if (columns.length === 0) {
      for (let row = 1; row < this.end; row++) if (this.support[row]! > 0) yield row;
      return;
    }
    if (columns.length === this.arity) {
      this.probe.set(key);
      const row = this.findProbe();
      if (row !== 0 && this.support[row]! > 0) yield row;
      return;
    }
    const index = this.index(columns);
    index.key.set(key);
    for (let row = index.firstKey(); row !== 0; row = index.next[row]!) yield row;
  }

  /** Distinct keys of these columns when an index over them exists. */
  indexedKeys(columns: readonly number[]): number | undefined {
    const wanted = columns.join();
    return this.#indexes.find((index) => index.columns.join() === wanted)?.keys;
  }

  /** Removes everything. No evaluation may be running. */
  clear(): void {
    this.#reset(initialCapacity);
    for (const index of this.#indexes) index.rebuild(this.#idLimit());
  }

  /** Gives memory back after many deletes. Renumbers rows, so no evaluation may be running. */
  compact(): void {
    if (this.end < 4096 || this.size * 4 > this.capacity) return;
    const { columns: before, support: supportBefore, end: endBefore } = this;
    const columns = [...before];
    this.#reset(Math.max(initialCapacity, this.size * 2));
    for (let old = 1; old < endBefore; old++) {
      if (supportBefore[old] === 0) continue;
      for (let i = 0; i < this.arity; i++) this.probe[i] = columns[i]![old]!;
      const row = this.addProbe();
      this.support[row] = supportBefore[old]!;
      this.size++;
    }
    for (const index of this.#indexes) index.rebuild(this.#idLimit());
  }

  /** Flags the ids of all live rows. */
  markValues(live: Uint8Array): void {
    for (const column of this.columns) {
      for (let row = 1; row < this.end; row++) if (this.support[row]! > 0) live[column[row]!] = 1;
    }
  }

  /** Bytes of all arrays. */
  bytes(): number {
    const rows = this.capacity * 4 * (this.arity + 1 + 2 * this.#indexes.length);
    return rows + this.#slots.length * 4;
  }

  #reset(capacity: number): void {
    for (let i = 0; i < this.arity; i++) this.columns[i] = new Int32Array(capacity);
    this.support = new Int32Array(capacity);
    this.end = 1;
    this.size = 0;
    this.#members = 0;
    this.#free = [];
    this.#slots = new Int32Array(slotsFor(0));
    this.#mask = this.#slots.length - 1;
  }

  #slotOfProbe(): number {
    const { columns, probe } = this;
    if (probe.length === 2) return this.#slotOf2(probe[0]!, probe[1]!);
    const slots = this.#slots;
    let at = hashMany(probe) & this.#mask;
    for (;;) {
      const row = slots[at]!;
      if (row === 0) return at;
      let i = 0;
      while (i < columns.length && columns[i]![row] === probe[i]) i++;
      if (i === columns.length) return at;
      at = (at + 1) & this.#mask;
    }
  }

  #slotOf2(a: number, b: number): number {
    const slots = this.#slots;
    const left = this.columns[0]!;
    const right = this.columns[1]!;
    let at = hash2(a, b) & this.#mask;
    for (;;) {
      const row = slots[at]!;
      if (row === 0 || (left[row] === a && right[row] === b)) return at;
      at = (at + 1) & this.#mask;
    }
  }

  #append(): number {
    if (this.end === this.capacity) {
      const capacity = this.capacity * 2;
      for (let i = 0; i < this.arity; i++) this.columns[i] = grown(this.columns[i]!, capacity);
      this.support = grown(this.support, capacity);
    }
    return this.end++;
  }

  #added(): void {
    this.#members++;
    if (this.#members * 2 <= this.#slots.length) return;
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    this.#mask = this.#slots.length - 1;
    if (this.#free.length > 0) {
      for (const row of before) if (row !== 0) this.#place(row);
      return;
    }
    // Every row is a member: in row order the columns are read one after the other.
    for (let row = 1; row < this.end; row++) this.#place(row);
  }

  /** Puts a row that is not in the identity set into its slot. */
  #place(row: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let at = this.#hashOf(row) & mask;
    while (slots[at] !== 0) at = (at + 1) & mask;
    slots[at] = row;
  }

  #closeGap(gap: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = gap;
    slots[hole] = 0;
    for (let at = (gap + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#hashOf(slots[at]!) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at]!;
      slots[at] = 0;
      hole = at;
    }
  }

  #hashOf(row: number): number {
    const { columns, probe } = this;
    if (columns.length === 2) return hash2(columns[0]![row]!, columns[1]![row]!);
    for (let i = 0; i < columns.length; i++) probe[i] = columns[i]![row]!;
    return hashMany(probe);
  }
}

const initialCapacity = 8;
