import type { Json, JsonObject } from '../base/json.ts';
import type { Tuple, Value } from '../datalog/value.ts';
import { type Answer, listAnswer } from './answer.ts';
import { pageSizeMax } from './api-limits.ts';
import type { Call } from './endpoint.ts';
import { BadRequest } from './problems.ts';
import { rowsJson } from './rows-json.ts';

/**
 * Pages of lists: `?limit=` members after the one that `?marker=` names, in the order of the list. The answer to a
 * page that is not the last one has `Link: <...>; rel="next"`. Without either parameter everything is answered, as
 * Congress does; and so it is after a marker that the list does not have (any more): Congress ignores both.
 */
interface Page {
  /** null = no bound. */
  readonly limit: number | null;
  readonly marker: string | null;
}

/** A list whose members are told apart by the member `key`. Throws BadRequest. */
export function pagedList(call: Call, results: readonly JsonObject[], key = 'id'): Answer {
  const page = pageAsked(call);
  if (page === null) return listAnswer(results);
  const nameOf = (member: JsonObject) => String(member[key]);
  const at = page.marker === null ? -1 : results.findIndex((member) => nameOf(member) === page.marker);
  if (page.marker !== null && at < 0) return listAnswer(results);
  const end = page.limit === null ? results.length : at + 1 + page.limit;
  const members = results.slice(at + 1, end);
  const last = members.at(-1);
  const isLast = last === undefined || end >= results.length;
  return withNext(call, listAnswer(members), isLast ? null : nameOf(last));
}

/**
 * Rows, whole or a page of them. Pages are in order: column by column, numbers before texts, by value and by code
 * unit. A marker names a row by its content, so it holds although rows come and go, on every replica.
 * Throws BadRequest.
 */
export function pagedRows(call: Call, rows: readonly Tuple[], trace: string | null): Answer {
  const page = pageAsked(call);
  const after = page?.marker === undefined || page.marker === null ? null : rowOf(page.marker);
  if (page === null || (page.marker !== null && after === null)) {
    return { status: 200, body: rowsJson(rows, trace) };
  }
  const following = after === null ? [...rows] : rows.filter((row) => compareRows(row, after) > 0);
  const limit = page.limit ?? following.length;
  const first = following.length > limit ? smallest(following, limit) : following.sort(compareRows);
  const last = first.at(-1);
  const next = last === undefined || first.length === following.length ? null : markerOf(last);
  return withNext(call, { status: 200, body: rowsJson(first, trace) }, next);
}

function pageAsked({ query }: Call): Page | null {
  const limit = query.get('limit');
  const marker = query.get('marker');
  if (limit === null && marker === null) return null;
  if (limit === null) return { limit: null, marker };
  const number = /^\d{1,6}$/.test(limit) ? Number(limit) : 0;
  if (number >= 1 && number <= pageSizeMax) return { limit: number, marker };
  throw new BadRequest(`\`limit\` must be a whole number from 1 to ${pageSizeMax}`);
}

function withNext(call: Call, answer: Answer, marker: string | null): Answer {
  if (marker === null) return answer;
  const query = new URLSearchParams(call.query);
  query.set('marker', marker);
  const link = `<${call.baseUrl}${call.path}?${query.toString()}>; rel="next"`;
  return { ...answer, headers: { ...answer.headers, Link: link } };
}

/** The `count` smallest rows in order: a heap of them, the largest on top, so one look at most rows is enough. */
function smallest(rows: readonly Tuple[], count: number): Tuple[] {
  const heap: Tuple[] = [];
  for (const row of rows) {
    if (heap.length < count) {
      heap.push(row);
      rise(heap, heap.length - 1);
    } else if (compareRows(row, heap[0] as Tuple) < 0) {
      heap[0] = row;
      sink(heap);
    }
  }
  return heap.sort(compareRows);
}

function rise(heap: Tuple[], from: number): void {
  for (let at = from; at > 0; ) {
    const parent = (at - 1) >> 1;
    if (compareRows(heap[at] as Tuple, heap[parent] as Tuple) <= 0) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function sink(heap: Tuple[]): void {
  for (let at = 0; ; ) {
    const left = 2 * at + 1;
    if (left >= heap.length) return;
    const right = left + 1;
    const isRight = right < heap.length && compareRows(heap[right] as Tuple, heap[left] as Tuple) > 0;
    const larger = isRight ? right : left;
    if (compareRows(heap[at] as Tuple, heap[larger] as Tuple) >= 0) return;
    swap(heap, at, larger);
    at = larger;
  }
}

function swap(heap: Tuple[], left: number, right: number): void {
  const row = heap[left] as Tuple;
  heap[left] = heap[right] as Tuple;
  heap[right] = row;
}

function compareRows(left: Tuple, right: Tuple): number {
  for (let at = 0; at < left.length; at += 1) {
    const order = compareValues(left[at] as Value, right[at] as Value);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers before texts; 1 before 1.0, which are two rows. */
function compareValues(left: Value, right: Value): number {
  const isText = typeof left === 'string';
  if (isText !== (typeof right === 'string')) return isText ? 1 : -1;
  if (left < right) return -1;
  if (left > right) return 1;
  return typeof left === typeof right ? 0 : typeof left === 'bigint' ? -1 : 1;
}

/** The content of a row, texts as they are and numbers as objects, in base64url. */
function markerOf(row: Tuple): string {
  const values = row.map((value): Json => {
    if (typeof value === 'string') return value;
    return typeof value === 'bigint' ? { i: String(value) } : { f: String(value) };
  });
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** Null when the text is not such a marker. */
function rowOf(marker: string): Tuple | null {
  try {
    const values: unknown = JSON.parse(Buffer.from(marker, 'base64url').toString());
    if (!Array.isArray(values)) return null;
    return values.map((value): Value => {
      if (typeof value === 'string') return value;
      const { i, f } = value as { readonly i?: string; readonly f?: string };
      return i === undefined ? Number(f) : BigInt(i);
    });
  } catch {
    return null;
  }
}
