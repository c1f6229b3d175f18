import type { Value } from '../../datalog/value.ts';
import { codePointOrder } from '../builtins/comparison.ts';
import type { Accumulator } from './accumulator.ts';
import type { SourceRow } from './source-row.ts';

/**
 * The least or greatest value of a group, in a binary heap from which a value that is gone is taken only when it comes
 * to the top: O(log n) for a change, amortised. Values are held, not ids: an id may mean another value later.
 * Numbers compare by value, of equal ones the integer is taken; texts by code point. A group with texts and numbers,
 * or with a NaN, has no order and so no result.
 */
export class Extreme implements Accumulator {
  readonly #column: number;
  /** 1 for the least, -1 for the greatest. */
  readonly #direction: 1 | -1;
  /** Rows by value; every value in the heap has an entry, also with 0 rows. */
  readonly #rows = new Map<Value, number>();
  #heap: Value[] = [];
  #live = 0;
  #texts = 0;
  #numbers = 0;
  #nans = 0;

  constructor(column: number, which: 'min' | 'max') {
    this.#column = column;
    this.#direction = which === 'min' ? 1 : -1;
  }

  change(row: SourceRow, sign: number): void {
    const value = row.value(this.#column);
    if (typeof value === 'string') this.#texts += sign;
    else if (Number.isNaN(value)) this.#nans += sign;
    else this.#numbers += sign;
    if (Number.isNaN(value)) return;
    const known = this.#rows.get(value);
    const before = known ?? 0;
    this.#rows.set(value, before + sign);
    if (before === 0) this.#live++;
    if (before + sign === 0) this.#live--;
    if (known === undefined) this.#push(value);
    if (this.#heap.length > 2 * this.#live + 64) this.#rebuild();
  }

  result(): Value | undefined {
    if (this.#nans > 0 || (this.#texts > 0 && this.#numbers > 0)) return undefined;
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#rows.get(top)! > 0) return top;
      this.#rows.delete(top);
      this.#pop();
    }
    return undefined;
  }

  #rebuild(): void {
    const gone = this.#heap.filter((value) => this.#rows.get(value) === 0);
    for (const value of gone) this.#rows.delete(value);
    this.#heap = [...this.#rows.keys()].sort((left, right) => this.#order(left, right));
  }

  #push(value: Value): void {
    const heap = this.#heap;
    let at = heap.push(value) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#order(heap[parent]!, value) <= 0) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = value;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#order(heap[child + 1]!, heap[child]!) < 0) child++;
      if (this.#order(last, heap[child]!) <= 0) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }

  /** Below zero when `left` is nearer to the top. Total: numbers before texts, which matters while both are there. */
  #order(left: Value, right: Value): number {
    if (typeof left === 'string')
      return typeof right === 'string' ? this.#direction * codePointOrder(left, right) : 1;
    if (typeof right === 'string') return -1;
    if (left < right) return -this.#direction;
    if (left > right) return this.#direction;
    return typeof left === typeof right ? 0 : typeof left === 'bigint' ? -1 : 1;
  }
}
