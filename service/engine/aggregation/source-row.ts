import type { Value } from '../../datalog/value.ts';
import type { Relation } from '../relation.ts';

/** A row that is aggregated. */
export interface SourceRow {
  value(column: number): Value;
  /** Equal for equal values in these columns, and only then. */
  key(columns: readonly number[]): number | string;
}

/** A look at one row of a relation; moved from row to row. */
export class RelationRow implements SourceRow {
  row = 0;
  readonly #relation: Relation;
  readonly #values: readonly Value[];

  constructor(relation: Relation, values: readonly Value[]) {
    this.#relation = relation;
    this.#values = values;
  }

  id(column: number): number {
    return this.#relation.columns[column]![this.row]!;
  }

  value(column: number): Value {
    return this.#values[this.id(column)]!;
  }

  key(columns: readonly number[]): number | string {
    if (columns.length === 1) return this.id(columns[0]!);
    let key = '';
    for (const column of columns) key += `${this.id(column)},`;
    return key;
  }
}
