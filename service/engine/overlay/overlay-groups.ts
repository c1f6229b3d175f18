import type { Value } from '../../datalog/value.ts';
import type { Accumulator } from '../aggregation/accumulator.ts';
import { newAccumulator } from '../aggregation/accumulators.ts';
import type { Aggregation } from '../aggregation/aggregation.ts';
import type { SourceRow } from '../aggregation/source-row.ts';
import { isValue } from './body-search.ts';
import type { OverlayValues, Row } from './overlay-values.ts';

/**
 * Groups of an overlay, computed anew from all rows of the groups that are asked for: simulations ask for few. The
 * result is one row for each group that has a value.
 */
export class OverlayGroups {
  readonly #aggregation: Aggregation;
  readonly #values: OverlayValues;
  readonly #groups = new Map<string, { readonly key: Row; readonly accumulators: readonly Accumulator[] }>();

  constructor(aggregation: Aggregation, values: OverlayValues) {
    this.#aggregation = aggregation;
    this.#values = values;
  }

  /** A row of the relation that is grouped, each once. One with a column that has no value belongs to no group. */
  add(row: Row): void {
    if (!row.every(isValue)) return;
    const key = row.slice(0, this.#aggregation.keys);
    const text = key.join();
    let group = this.#groups.get(text);
    if (group === undefined) {
      group = { key, accumulators: this.#aggregation.columns.map(newAccumulator) };
      this.#groups.set(text, group);
    }
    const source = new OverlayRow(row, this.#values);
    for (const accumulator of group.accumulators) accumulator.change(source, 1);
  }

  rows(): readonly Row[] {
    return [...this.#groups.values()].flatMap(({ key, accumulators }) => {
      const results = accumulators.map((accumulator) => accumulator.result());
      const known = results.filter((value) => value !== undefined);
      if (known.length < results.length) return [];
      return [[...key, ...known.map((value) => this.#values.idOf(value))]];
    });
  }
}

class OverlayRow implements SourceRow {
  readonly #row: Row;
  readonly #values: OverlayValues;

  constructor(row: Row, values: OverlayValues) {
    this.#row = row;
    this.#values = values;
  }

  value(column: number): Value {
    return this.#values.valueOf(this.#row[column]!);
  }

  key(columns: readonly number[]): string {
    return columns.map((column) => this.#row[column]).join();
  }
}
