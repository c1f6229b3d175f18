import type { Tuple, Value } from '../datalog/value.ts';
import { grown } from './hash.ts';

const sweepSizeMin = 65_536;
const initialSlots = 1024;

/**
 * Values to dense 32-bit ids and back. Two ids are equal exactly when two values are equal in type and value
 * (Congress reference 2.3): `===` keeps string, bigint (integer) and number (float) apart. Ids freed by
 * {@link Interner.sweep} are given out again.
 *
 * An open-addressed table of ids with the hash beside each value, rather than a Map: no boxed entries for the
 * garbage collector to walk, and less than half the time for rows of fresh strings.
 */
export class Interner {
  /** Value by id; the slot of a freed id holds an empty string. Read by compiled plans, so it stays the same array. */
  readonly values: Value[] = [];
  /** Id + 1 by slot; 0 is empty. */
  #slots: Int32Array = new Int32Array(initialSlots);
  #mask = initialSlots - 1;
  /** Hash by id. */
  #hashes: Int32Array = new Int32Array(initialSlots);
  #free: number[] = [];
  #size = 0;
  #sweepAt = sweepSizeMin;

  /** The id of a value, given out on first sight. */
  intern(value: Value): number {
    const hash = hashOf(value);
    const at = this.#slotOf(value, hash);
    const known = this.#slots[at]!;
    if (known !== 0) return known - 1;
    const id = this.#free.pop() ?? this.values.length;
    this.values[id] = value;
    if (id >= this.#hashes.length) this.#hashes = grown(this.#hashes, this.#hashes.length * 2);
    this.#hashes[id] = hash;
    this.#slots[at] = id + 1;
    if (++this.#size * 2 > this.#slots.length) this.#rebuild(this.#slots.length * 2);
    return id;
  }

  /** The id of a value, or -1 when no row or rule holds it. */
  find(value: Value): number {
    return this.#slots[this.#slotOf(value, hashOf(value))]! - 1;
  }

  /** Ids are below this number. */
  get limit(): number {
    return this.values.length;
  }

  /** Values held now. */
  get size(): number {
    return this.#size;
  }

  decode(ids: ArrayLike<number>): Tuple {
    const tuple: Value[] = [];
    for (let i = 0; i < ids.length; i++) tuple.push(this.values[ids[i]!]!);
    return tuple;
  }

  /** Whether so many values came since the last sweep that looking for unused ones pays. */
  get isSweepDue(): boolean {
    return this.#size >= this.#sweepAt;
  }

  /** Forgets every id whose flag is 0. Costs in proportion to all ids; see {@link isSweepDue}. */
  sweep(live: Uint8Array): void {
    this.#free = [];
    for (let id = this.values.length - 1; id >= 0; id--) {
      if (live[id] === 1) continue;
      this.values[id] = '';
      this.#free.push(id);
    }
    this.#size = this.values.length - this.#free.length;
    this.#sweepAt = Math.max(sweepSizeMin, this.#size * 2);
    let slots = initialSlots;
    while (slots < this.#size * 2) slots *= 2;
    this.#rebuild(slots, live);
  }

  /** The slot of a value, or the empty one where it belongs. */
  #slotOf(value: Value, hash: number): number {
    const slots = this.#slots;
    const hashes = this.#hashes;
    const mask = this.#mask;
    let at = hash & mask;
    for (;;) {
      const id = slots[at]! - 1;
      if (id < 0 || (hashes[id] === hash && isSame(this.values[id]!, value))) return at;
      at = (at + 1) & mask;
    }
  }

  /** `live` flags the ids in use; without it all are. */
  #rebuild(slotCount: number, live?: Uint8Array): void {
    const slots = new Int32Array(slotCount);
    const mask = slotCount - 1;
    const hashes = this.#hashes;
    const before = live === undefined && this.#free.length > 0 ? this.#idsInUse() : live;
    for (let id = 0; id < this.values.length; id++) {
      if (before !== undefined && before[id] !== 1) continue;
      let at = hashes[id]! & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = id + 1;
    }
    this.#slots = slots;
    this.#mask = mask;
  }

  #idsInUse(): Uint8Array {
    const used = new Uint8Array(this.values.length).fill(1);
    for (const id of this.#free) used[id] = 0;
    return used;
  }
}

/** Equal in type and value; NaN is one value. */
function isSame(held: Value, value: Value): boolean {
  return held === value || (Number.isNaN(held) && Number.isNaN(value));
}

const floatBits = new Float64Array(1);
const floatWords = new Int32Array(floatBits.buffer);

function hashOf(value: Value): number {
  if (typeof value === 'string') return hashText(value);
  if (typeof value === 'bigint') return hashInteger(value);
  floatBits[0] = value === 0 ? 0 : value;
  return mixed(floatWords[0]! ^ Math.imul(floatWords[1]!, 0x85ebca6b));
}

/** Two UTF-16 code units at a time. */
function hashText(text: string): number {
  const { length } = text;
  let hash = length;
  let at = 0;
  for (; at + 1 < length; at += 2) {
    hash = (Math.imul(hash, 0x9e3779b1) + (text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16))) | 0;
    hash ^= hash >>> 15;
  }
  if (at < length) hash = (Math.imul(hash, 0x9e3779b1) + text.charCodeAt(at)) | 0;
  return mixed(hash);
}

function hashInteger(value: bigint): number {
  const low = Number(BigInt.asIntN(32, value));
  const number = Number(value);
  return number === low
    ? mixed(low ^ 0x5bd1e995)
    : mixed(low ^ Math.imul(hashText(value.toString(36)), 0x85ebca6b));
}

function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  return h ^ (h >>> 16);
}
