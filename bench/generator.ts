/**
 * Deterministic workloads (mulberry32, seed 42): the same rows on every machine, so that counts can be compared
 * between engines. A cell is a string or a 32-bit integer, as JSON.parse would give it.
 */
export type Cell = string | number;
export type Row = readonly Cell[];

export interface Workload {
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  /** Single-row changes: sign, table, cells. */
  readonly updates: readonly Row[];
  /** Arguments of point queries. */
  readonly points: readonly string[];
}

export class RandomSource {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  seed(value: number): void {
    this.#state = value >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  uuid(): string {
    return `${this.#hex(8)}-${this.#hex(4)}-4${this.#hex(3)}-a${this.#hex(3)}-${this.#hex(12)}`;
  }

  #hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.below(65536).toString(16).padStart(4, '0');
    return text.slice(0, digits);
  }
}

export function workload(
  tables: Readonly<Record<string, readonly Row[]>>,
  more: Partial<Workload> = {},
): Workload {
  return { tables: new Map(Object.entries(tables)), updates: [], points: [], ...more };
}
