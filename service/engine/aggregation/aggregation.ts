import type { AggregateFunction } from '../../datalog/tree.ts';

/** The columns of a relation of groups: those of the group, then the aggregates. */
export interface Aggregation {
  /** The group is in this many leading columns of the source relation. */
  readonly keys: number;
  readonly columns: readonly AggregateColumn[];
}

/** What an aggregate column is made of. */
export interface AggregateColumn {
  readonly function: AggregateFunction;
  /** Columns of the source relation; one, except for a count. */
  readonly columns: readonly number[];
  /** A count over columns that with the group's make up the whole row: every row counts. */
  readonly countsRows: boolean;
}
