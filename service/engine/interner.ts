import type { Tuple, Value } from '../datalog/value.ts';

const sweepSizeMin = 65_536;

/**
 * Values to dense 32-bit ids and back. A Map keeps string, bigint (integer) and number (float) apart, so two
 * ids are equal exactly when two values are equal in type and value (Congress reference 2.3). Ids freed by
 * {@link Interner.sweep} are given out again.
 */
export class Interner {
  readonly #ids = new Map<Value, number>();
  readonly #free: number[] = [];
  #sweepAt = sweepSizeMin;
  /** Value by id; the slot of a freed id holds an empty string. Read by compiled plans. */
  readonly values: Value[] = [];

  /** The id of a value, given out on first sight. */
  intern(value: Value): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const id = this.#free.pop() ?? this.values.length;
    this.values[id] = value;
    this.#ids.set(value, id);
    return id;
  }

  /** The id of a value, or -1 when no row or rule holds it. */
  find(value: Value): number {
    return this.#ids.get(value) ?? -1;
  }

  /** Ids are below this number. */
  get limit(): number {
    return this.values.length;
  }

  /** Values held now. */
  get size(): number {
    return this.#ids.size;
  }

  decode(ids: ArrayLike<number>): Tuple {
    const tuple: Value[] = [];
    for (let i = 0; i < ids.length; i++) tuple.push(this.values[ids[i]!]!);
    return tuple;
  }

  /** Whether so many values came since the last sweep that looking for unused ones pays. */
  get isSweepDue(): boolean {
    return this.size >= this.#sweepAt;
  }

  /** Forgets every id whose flag is 0. Costs in proportion to all ids; see {@link isSweepDue}. */
  sweep(live: Uint8Array): void {
    for (const [value, id] of this.#ids) {
      if (live[id] === 1) continue;
      this.#ids.delete(value);
      this.values[id] = '';
      this.#free.push(id);
    }
    this.#sweepAt = Math.max(sweepSizeMin, this.size * 2);
  }
}
