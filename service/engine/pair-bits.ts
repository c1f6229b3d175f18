import { grown, powerOfTwo } from './hash.ts';

/** Fewer rows than this are not worth a matrix. */
const rowsMin = 4096;
/** Bytes a row may cost in a matrix; a hash set of pairs takes 18 to 36. */
const bytesPerRowMax = 24;

/**
 * A set of pairs of ids as a bit matrix, for relations that fill a good part of (first ids) x (second ids), as
 * closures do: one bit a pair in place of a hash slot, and a look costs one word that is usually in the cache.
 * Ids are numbered densely on both sides as they come.
 */
export class PairBits {
  #firsts: Int32Array;
  #seconds: Int32Array;
  #firstCount = 0;
  #secondCount = 0;
  /** Words of one first id. */
  #stride = 0;
  #words: Int32Array = new Int32Array(0);

  private constructor(idLimit: number) {
    this.#firsts = new Int32Array(idLimit);
    this.#seconds = new Int32Array(idLimit);
  }

  /** The pairs of rows 1 to end - 1, or null when they are too few or too sparse for a matrix. */
  static of(columns: readonly Int32Array[], end: number, idLimit: number): PairBits | null {
    const rows = end - 1;
    if (rows < rowsMin || idLimit * 8 > rows * bytesPerRowMax) return null;
    const bits = new PairBits(idLimit);
    const [firsts, seconds] = columns as readonly [Int32Array, Int32Array];
    for (let row = 1; row < end; row++) {
      bits.#firstOf(firsts[row]!);
      bits.#secondOf(seconds[row]!);
    }
    bits.#stride = powerOfTwo(bits.#secondCount) >>> 5 || 1;
    if (!bits.#pays(rows)) return null;
    bits.#words = new Int32Array(powerOfTwo(bits.#firstCount) * bits.#stride);
    for (let row = 1; row < end; row++) bits.add(firsts[row]!, seconds[row]!);
    return bits;
  }

  /** False when the pair was there already. */
  add(first: number, second: number): boolean {
    const { length } = this.#firsts;
    let a = first < length ? this.#firsts[first]! : 0;
    let b = second < length ? this.#seconds[second]! : 0;
    if (a === 0) a = this.#firstOf(first);
    if (b === 0) b = this.#secondOf(second);
    if (b > this.#stride << 5) this.#widen();
    const at = (a - 1) * this.#stride + ((b - 1) >>> 5);
    if (at >= this.#words.length) this.#words = grown(this.#words, this.#words.length * 2);
    const word = this.#words[at]!;
    const bit = 1 << ((b - 1) & 31);
    if ((word & bit) !== 0) return false;
    this.#words[at] = word | bit;
    return true;
  }

  /** Whether the matrix is still small for this number of rows. */
  isDense(rows: number): boolean {
    return this.#pays(rows);
  }

  #pays(rows: number): boolean {
    const bytes = this.#firsts.length * 8 + this.#firstCount * this.#stride * 4;
    return bytes <= rows * bytesPerRowMax;
  }

  /** Number of an id among the first ones, from 1. */
  #firstOf(id: number): number {
    if (id >= this.#firsts.length) this.#growIds(id);
    if (this.#firsts[id] === 0) this.#firsts[id] = ++this.#firstCount;
    return this.#firsts[id]!;
  }

  #secondOf(id: number): number {
    if (id >= this.#seconds.length) this.#growIds(id);
    if (this.#seconds[id] === 0) this.#seconds[id] = ++this.#secondCount;
    return this.#seconds[id]!;
  }

  #growIds(id: number): void {
    const length = powerOfTwo(id + 1);
    this.#firsts = grown(this.#firsts, length);
    this.#seconds = grown(this.#seconds, length);
  }

  #widen(): void {
    const before = this.#words;
    const stride = this.#stride;
    this.#words = new Int32Array(before.length * 2);
    for (let from = 0, to = 0; from < before.length; from += stride, to += stride * 2) {
      this.#words.set(before.subarray(from, from + stride), to);
    }
    this.#stride = stride * 2;
  }
}
