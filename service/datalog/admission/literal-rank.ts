import { literalKey } from '../identity.ts';
import type { ColumnArgument, Literal, Term } from '../tree.ts';
import type { Value } from '../value.ts';

/**
 * The rank of each body literal: its place when the body is sorted. It is part of the names of fresh variables
 * (reference 2.6), so that the order of a body does not change them. Equal literals share the last of their
 * places.
 *
 * The order of Congress is not total when literals have both arguments and column references, so the result
 * depends on the sorting method: runs, then binary insertion, as here.
 */
export function literalRanks(body: readonly Literal[]): ReadonlyMap<Literal, number> {
  const sorted = insertionSorted(body, isLess);
  const ranks = new Map<Literal, number>();
  const lastPlaces = new Map<string, number>();
  for (let place = sorted.length - 1; place >= 0; place -= 1) {
    const literal = sorted[place]!;
    const key = literalKey(literal);
    if (!lastPlaces.has(key)) lastPlaces.set(key, place);
    ranks.set(literal, lastPlaces.get(key) ?? place);
  }
  return ranks;
}

function insertionSorted<Item>(items: readonly Item[], less: (left: Item, right: Item) => boolean): Item[] {
  const descends = (at: number) => less(items[at]!, items[at - 1]!);
  let end = Math.min(2, items.length);
  const isDescending = items.length > 1 && descends(1);
  while (end < items.length && descends(end) === isDescending) end += 1;
  const sorted = items.slice(0, end);
  if (isDescending) sorted.reverse();
  for (const item of items.slice(end)) {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (less(item, sorted[middle]!)) high = middle;
      else low = middle + 1;
    }
    sorted.splice(low, 0, item);
  }
  return sorted;
}

/** Modal, policy, table, negation, numbers of arguments; then arguments or column references. */
function isLess(left: Literal, right: Literal): boolean {
  const l = left.atom;
  const r = right.atom;
  const order =
    compare(l.modal ?? '', r.modal ?? '') ||
    compare(l.policy ?? '', r.policy ?? '') ||
    compare(l.table, r.table) ||
    compare(left.negated, right.negated) ||
    compare(l.args.length, r.args.length) ||
    compare(l.columnArgs.length, r.columnArgs.length);
  if (order !== 0) return order < 0;
  return (
    compareLists(l.args, r.args, compareTerms) < 0 ||
    compareLists(l.columnArgs, r.columnArgs, compareColumns) < 0
  );
}

function compareLists<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compareItems: (left: Item, right: Item) => number,
): number {
  for (let i = 0; i < left.length; i += 1) {
    const order = compareItems(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers before names. */
function compareColumns(left: ColumnArgument, right: ColumnArgument): number {
  return (
    compare(typeof left.column, typeof right.column) ||
    compare(left.column, right.column) ||
    compareTerms(left.term, right.term)
  );
}

/** Variables before constants. */
function compareTerms(left: Term, right: Term): number {
  if (left.kind === 'variable') return right.kind === 'variable' ? compare(left.name, right.name) : -1;
  return right.kind === 'variable' ? 1 : compareValues(left.value, right.value);
}

/** Numbers before strings; equal numbers: the float first. */
function compareValues(left: Value, right: Value): number {
  const kinds = compare(typeof left === 'string', typeof right === 'string');
  return kinds || compare(left, right) || compare(typeof left === 'bigint', typeof right === 'bigint');
}

function compare<Plain extends string | number | bigint | boolean>(left: Plain, right: Plain): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
