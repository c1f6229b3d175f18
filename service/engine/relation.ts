import { grown } from './hash.ts';
import { HashIndex } from './hash-index.ts';
import { PairBits } from './pair-bits.ts';
import { PairSet } from './pair-set.ts';
import type { RowList } from './row-list.ts';
import { RowSet } from './row-set.ts';

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
  /** Goes up with every change of what is live. */
  version = 0;
  /** Scratch for the tuple of {@link findProbe} and {@link addProbe}. */
  readonly probe: Int32Array;
  readonly #indexes: HashIndex[] = [];
  readonly #idLimit: () => number;
  #free: number[] = [];
  /**
   * Identity set, live rows and ghosts: `#rows` unless there are two columns. With two columns it is `#pairs`, or
   * `#bits` while a recursion fills the relation, or neither until somebody asks for a row.
   */
  #pairs: PairSet | null;
  #bits: PairBits | null = null;
  readonly #rows: RowSet | null;

  constructor(arity: number, idLimit: () => number) {
    this.arity = arity;
    this.#idLimit = idLimit;
    this.columns = Array.from({ length: arity }, () => new Int32Array(initialCapacity));
    this.support = new Int32Array(initialCapacity);
    this.probe = new Int32Array(arity);
    this.#pairs = arity === 2 ? new PairSet() : null;
    this.#rows = arity === 2 ? null : new RowSet(arity);
  }

  get capacity(): number {
    return this.support.length;
  }

  /** Ghosts and live rows. */
  get members(): number {
    if (this.#rows !== null) return this.#rows.size;
    return this.#pairs === null ? this.end - 1 - this.#free.length : this.#pairs.size;
  }

  /** The row of the tuple in {@link probe}, live or ghost, or 0. */
  findProbe(): number {
    if (this.#rows === null) return this.find2(this.probe[0]!, this.probe[1]!);
    return this.#rows.rowIn(this.#rows.slotOf(this.probe, this.columns));
  }

  find2(a: number, b: number): number {
    const pairs = this.#pairs ?? this.#pairRows();
    return pairs.rowIn(pairs.slotOf(a, b));
  }

  /** The row of the tuple in {@link probe}; a ghost when it is new. */
  addProbe(): number {
    const { probe } = this;
    if (this.#rows === null) return this.add2(probe[0]!, probe[1]!);
    const rows = this.#rows;
    const slot = rows.slotOf(probe, this.columns);
    const known = rows.rowIn(slot);
    if (known !== 0) return known;
    const row = this.#free.pop() ?? this.#append();
    const { columns } = this;
    for (let i = 0; i < columns.length; i++) columns[i]![row] = probe[i]!;
    rows.fill(slot, row, columns);
    return row;
  }

  add2(a: number, b: number): number {
    const pairs = this.#pairs ?? this.#pairRows();
    const slot = pairs.slotOf(a, b);
    const known = pairs.rowIn(slot);
    if (known !== 0) return known;
    const row = this.#free.pop() ?? this.#append();
    this.columns[0]![row] = a;
    this.columns[1]![row] = b;
    pairs.fill(slot, row, this.columns);
    return row;
  }

  /** The row of a new pair, proposed (support -1); 0 for one that is live, proposed or was there as a bit. */
  propose2(a: number, b: number): number {
    if (this.#bits !== null) {
      if (!this.#bits.add(a, b)) return 0;
      const row = this.#append();
      this.columns[0]![row] = a;
      this.columns[1]![row] = b;
      this.support[row] = -1;
      return row;
    }
    const row = this.add2(a, b);
    if (this.support[row] !== 0) return 0;
    this.support[row] = -1;
    return row;
  }

  /**
   * Goes on with a bit matrix as identity set where one pays, and leaves one that no longer does. For a relation
   * that only grows by {@link propose2} for a while; every other operation leaves the matrix by itself.
   */
  adaptToGrowth(): void {
    if (this.arity !== 2 || this.#free.length > 0) return;
    if (this.#bits === null) this.#bits = PairBits.of(this.columns, this.end, this.#idLimit());
    else if (!this.#bits.isDense(this.end)) this.#bits = null;
    if (this.#bits !== null) this.#pairs = null;
  }

  /** The growing is over: the identity set is made anew when somebody asks for a row. */
  endGrowth(): void {
    this.#bits = null;
  }

  /** Makes a ghost live. */
  enliven(row: number, support: number): void {
    this.support[row] = support;
    this.size++;
    this.version++;
    for (const index of this.#indexes) index.link(row);
  }

  /** Makes ghosts live, each with support 1. */
  enlivenAll({ rows, length }: RowList): void {
    const { support } = this;
    for (let i = 0; i < length; i++) support[rows[i]!] = 1;
    this.size += length;
    this.version++;
    for (const index of this.#indexes) for (let i = 0; i < length; i++) index.link(rows[i]!);
  }

  /** Makes a live row a ghost. */
  dim(row: number): void {
    for (const index of this.#indexes) index.unlink(row);
    this.support[row] = 0;
    this.size--;
    this.version++;
  }

  /** Makes live rows ghosts. */
  dimAll({ rows, length }: RowList): void {
    for (let i = 0; i < length; i++) this.dim(rows[i]!);
  }

  /** Forgets a ghost; its number is given out again. */
  discard(row: number): void {
    const { columns } = this;
    if (this.#rows !== null) this.#rows.remove(row, columns);
    else (this.#pairs ?? this.#pairRows()).remove(columns[0]![row]!, columns[1]![row]!);
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
    return rows + (this.#pairs?.bytes ?? this.#rows?.bytes ?? 0);
  }

  #reset(capacity: number): void {
    for (let i = 0; i < this.arity; i++) this.columns[i] = new Int32Array(capacity);
    this.support = new Int32Array(capacity);
    this.end = 1;
    this.size = 0;
    this.version++;
    this.#free = [];
    if (this.#rows !== null) this.#rows.clear();
    else this.#pairs = new PairSet();
    this.#bits = null;
  }

  #pairRows(): PairSet {
    const pairs = PairSet.of(this.columns, this.end, this.members);
    this.#pairs = pairs;
    this.#bits = null;
    return pairs;
  }

  #append(): number {
    if (this.end === this.capacity) {
      const capacity = this.capacity * 2;
      for (let i = 0; i < this.arity; i++) this.columns[i] = grown(this.columns[i]!, capacity);
      this.support = grown(this.support, capacity);
    }
    return this.end++;
  }
}

const initialCapacity = 8;
