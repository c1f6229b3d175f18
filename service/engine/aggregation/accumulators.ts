import type { Value } from '../../datalog/value.ts';
import type { Accumulator } from './accumulator.ts';
import type { AggregateColumn } from './aggregation.ts';
import { Extreme } from './extreme.ts';
import { nearestFloat, unitsOf, unitsPerOneLog2 } from './nearest-float.ts';
import type { SourceRow } from './source-row.ts';

export function newAccumulator({ function: name, columns, countsRows }: AggregateColumn): Accumulator {
  switch (name) {
    case 'count':
      return countsRows ? new RowCount() : new DistinctCount(columns);
    case 'sum':
      return new Total(columns[0]!, false);
    case 'avg':
      return new Total(columns[0]!, true);
    case 'min':
    case 'max':
      return new Extreme(columns[0]!, name);
  }
}

class RowCount implements Accumulator {
  #rows = 0;

  change(_row: SourceRow, sign: number): void {
    this.#rows += sign;
  }

  result(): Value {
    return BigInt(this.#rows);
  }
}

/** How many different values, or tuples of values, there are. */
class DistinctCount implements Accumulator {
  readonly #columns: readonly number[];
  readonly #rowsByKey = new Map<number | string, number>();

  constructor(columns: readonly number[]) {
    this.#columns = columns;
  }

  change(row: SourceRow, sign: number): void {
    const key = row.key(this.#columns);
    const rows = (this.#rowsByKey.get(key) ?? 0) + sign;
    if (rows === 0) this.#rowsByKey.delete(key);
    else this.#rowsByKey.set(key, rows);
  }

  result(): Value {
    return BigInt(this.#rowsByKey.size);
  }
}

/**
 * Sum or average, exact and rounded once, so that the result does not depend on the order in which rows came. The
 * sum of integers is an integer; with a float among them, and for every average, the result is a float. A text in
 * the group leaves it without a value: a total of the rest would look like the total.
 */
class Total implements Accumulator {
  readonly #column: number;
  readonly #isAverage: boolean;
  #integers = 0n;
  /** Finite floats, in units of 2^-1074. */
  #units = 0n;
  #rows = 0;
  #floats = 0;
  #texts = 0;
  readonly #special = { nan: 0, inf: 0, '-inf': 0 };

  constructor(column: number, isAverage: boolean) {
    this.#column = column;
    this.#isAverage = isAverage;
  }

  change(row: SourceRow, sign: number): void {
    const value = row.value(this.#column);
    this.#rows += sign;
    if (typeof value === 'bigint') {
      this.#integers += sign > 0 ? value : -value;
    } else if (typeof value === 'string') {
      this.#texts += sign;
    } else {
      this.#floats += sign;
      if (Number.isFinite(value)) this.#units += sign > 0 ? unitsOf(value) : -unitsOf(value);
      else this.#special[Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'] += sign;
    }
  }

  result(): Value | undefined {
    if (this.#texts > 0) return undefined;
    if (this.#floats === 0 && !this.#isAverage) return this.#integers;
    const { nan, inf, '-inf': negative } = this.#special;
    if (nan > 0 || (inf > 0 && negative > 0)) return Number.NaN;
    if (inf + negative > 0) return inf > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    const count = this.#isAverage ? BigInt(this.#rows) : 1n;
    // Without floats the common unit is 1.
    if (this.#floats === 0) return nearestFloat(this.#integers, count);
    return nearestFloat((this.#integers << unitsPerOneLog2) + this.#units, count << unitsPerOneLog2);
  }
}
