import type { Value } from '../../datalog/value.ts';

/** A row whose columns may have no value. */
export type PartialRow = readonly (Value | null)[];

/** A total order of rows, the same on every replica: no value, then numbers by size, then texts by code unit. */
export function compareRows(left: PartialRow, right: PartialRow): number {
  for (let at = 0; at < left.length; at++) {
    const order = compareValues(left[at]!, right[at]!);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(left: Value | null, right: Value | null): number {
  const byRank = rankOf(left) - rankOf(right);
  if (byRank !== 0 || left === null || right === null) return byRank;
  if (left < right) return -1;
  if (left > right) return 1;
  // Equal numbers of different types: the integer first. What compares with nothing is a NaN.
  return typeRank(left) - typeRank(right);
}

function rankOf(value: Value | null): number {
  if (value === null) return 0;
  return typeof value === 'string' ? 2 : 1;
}

function typeRank(value: Value): number {
  if (typeof value === 'bigint') return 0;
  return Number.isNaN(value) ? 2 : 1;
}
