import type { Tuple, Value } from '../../datalog/value.ts';
import type { Interner } from '../interner.ts';

/** Stands where a variable has no value. No value has it, so it is never looked up. */
export const unbound = -1;

/**
 * The values of one overlay: those the engine holds under the engine's ids, others under ids of its own, from -2
 * downwards, so nothing of an overlay ever gets into the engine's interner. A view that the engine computes
 * meanwhile may bring a value that has an id here already; that id stays, and rows of the engine are translated
 * ({@link notice}). Valid until the engine sweeps, that is, within one synchronous call.
 */
export class OverlayValues {
  readonly #interner: Interner;
  readonly #own: Value[] = [];
  readonly #ownIds = new Map<Value, number>();
  /** Values that have both ids. */
  readonly #ownOfBase = new Map<number, number>();
  readonly #baseOfOwn = new Map<number, number>();
  #size: number;

  constructor(interner: Interner) {
    this.#interner = interner;
    this.#size = interner.size;
  }

  /** The engine may have met new values. */
  notice(): void {
    if (this.#interner.size === this.#size) return;
    this.#size = this.#interner.size;
    for (const [value, own] of this.#ownIds) {
      const base = this.#interner.find(value);
      if (base < 0) continue;
      this.#ownOfBase.set(base, own);
      this.#baseOfOwn.set(own, base);
    }
  }

  /** The id here of an id of the engine. */
  fromBase(id: number): number {
    return this.#ownOfBase.size === 0 ? id : (this.#ownOfBase.get(id) ?? id);
  }

  /** The engine's id of an id here; negative when the engine has no such value. */
  toBase(id: number): number {
    return id >= 0 ? id : (this.#baseOfOwn.get(id) ?? id);
  }

  idOf(value: Value): number {
    const own = this.#ownIds.get(value);
    if (own !== undefined) return own;
    const known = this.#interner.find(value);
    if (known >= 0) return known;
    const id = -2 - this.#own.length;
    this.#own.push(value);
    this.#ownIds.set(value, id);
    return id;
  }

  valueOf(id: number): Value {
    return id >= 0 ? this.#interner.values[id]! : this.#own[-2 - id]!;
  }

  tuple(row: Row): Tuple {
    return row.map((id) => this.valueOf(id));
  }

  row(tuple: Tuple): Row {
    return tuple.map((value) => this.idOf(value));
  }
}

/** A tuple of ids. */
export type Row = readonly number[];
