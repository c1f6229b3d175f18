import type { Value } from '../../datalog/value.ts';
import type { Sink } from '../generate.ts';
import type { Accumulator } from './accumulator.ts';
import { newAccumulator } from './accumulators.ts';
import type { Aggregation } from './aggregation.ts';
import type { RelationRow } from './source-row.ts';

/**
 * All groups of one aggregation. A change of a row costs one step for each aggregate (O(log n) for min and max),
 * and each group that was touched gives up its old tuple and its new one.
 */
export class GroupTable {
  readonly #aggregation: Aggregation;
  readonly #keyColumns: readonly number[];
  readonly #groups = new Map<number | string, Group>();
  readonly #touched: Group[] = [];

  constructor(aggregation: Aggregation) {
    this.#aggregation = aggregation;
    this.#keyColumns = Array.from({ length: aggregation.keys }, (_, column) => column);
  }

  change(row: RelationRow, sign: number): void {
    const group = this.#group(row);
    group.rows += sign;
    for (const accumulator of group.accumulators) accumulator.change(row, sign);
    if (group.isTouched) return;
    group.isTouched = true;
    this.#touched.push(group);
  }

  /** Emits what the changes since the last time did: tuples that go with sign -1, tuples that come with 1. */
  settle(intern: (value: Value) => number, sink: Sink): void {
    for (const group of this.#touched) {
      group.isTouched = false;
      const tuple = group.rows === 0 ? null : tupleOf(group, intern);
      if (group.rows === 0) this.#groups.delete(group.key);
      if (isSame(group.tuple, tuple)) continue;
      if (group.tuple !== null) emit(sink, group.tuple, -1);
      if (tuple !== null) emit(sink, tuple, 1);
      group.tuple = tuple;
    }
    this.#touched.length = 0;
  }

  #group(row: RelationRow): Group {
    const key = row.key(this.#keyColumns);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: Group = {
      key,
      ids: this.#keyColumns.map((column) => row.id(column)),
      accumulators: this.#aggregation.columns.map(newAccumulator),
      rows: 0,
      tuple: null,
      isTouched: false,
    };
    this.#groups.set(key, group);
    return group;
  }
}

interface Group {
  readonly key: number | string;
  readonly ids: readonly number[];
  readonly accumulators: readonly Accumulator[];
  rows: number;
  /** What readers know; null while the group has no value. */
  tuple: readonly number[] | null;
  isTouched: boolean;
}

function tupleOf({ ids, accumulators }: Group, intern: (value: Value) => number): readonly number[] | null {
  const tuple = [...ids];
  for (const accumulator of accumulators) {
    const value = accumulator.result();
    if (value === undefined) return null;
    tuple.push(intern(value));
  }
  return tuple;
}

function isSame(left: readonly number[] | null, right: readonly number[] | null): boolean {
  if (left === null || right === null) return left === right;
  return left.every((id, at) => id === right[at]);
}

function emit(sink: Sink, tuple: readonly number[], sign: number): void {
  if (tuple.length === 2) {
    sink.emit2(tuple[0]!, tuple[1]!, sign);
    return;
  }
  sink.probe.set(tuple);
  sink.emitProbe(sign);
}
