import type { Clock } from '../base/clock.ts';
import type { Tuple } from '../datalog/value.ts';
import { rowKey } from './row-key.ts';
import type { TableSink } from './table-sink.ts';

/** Rows compared between two yields. */
const rowsPerStep = 5_000;

/** One table as a poller has published it: computes what a new poll changes, and publishes only that. */
export class PublishedTable {
  readonly #table: string;
  readonly #sink: TableSink;
  readonly #clock: Clock;
  /** What the sink had after the last publication, by key; with the token to tell whether it still has. */
  #known: { readonly token: string; readonly rows: ReadonlyMap<string, Tuple> } | null = null;

  constructor(table: string, options: { readonly sink: TableSink; readonly clock: Clock }) {
    this.#table = table;
    this.#sink = options.sink;
    this.#clock = options.clock;
  }

  /** Makes the sink hold these rows; each row once. Answers whether anything changed. Rejects as the sink does. */
  async publish(rows: readonly Tuple[], signal: AbortSignal): Promise<boolean> {
    const wanted = await this.#byKey(rows, signal);
    const before = await this.#before(signal);
    if (before === null) {
      this.#known = null;
      const token = await this.#sink.replace(this.#table, [...wanted.values()], signal);
      this.#known = { token, rows: wanted };
      return true;
    }
    const deleted = await this.#missing(before.rows, wanted);
    const inserted = await this.#missing(wanted, before.rows);
    if (deleted.length === 0 && inserted.length === 0) {
      this.#known = { token: before.token, rows: wanted };
      return false;
    }
    this.#known = null;
    const change = { table: this.#table, basedOn: before.token, deleted, inserted };
    const isSmall = deleted.length + inserted.length <= Math.max(wanted.size / 2, 50);
    const token = isSmall
      ? await this.#sink.change(change, signal)
      : await this.#sink.replace(this.#table, [...wanted.values()], signal);
    this.#known = { token, rows: wanted };
    return true;
  }

  async #before(
    signal: AbortSignal,
  ): Promise<{ readonly token: string; readonly rows: ReadonlyMap<string, Tuple> } | null> {
    const current = this.#sink.current(this.#table);
    if (current === null) return null;
    if (this.#known?.token === current.token) return this.#known;
    return { token: current.token, rows: await this.#byKey(current.rows(), signal) };
  }

  async #byKey(rows: readonly Tuple[], signal: AbortSignal): Promise<ReadonlyMap<string, Tuple>> {
    const byKey = new Map<string, Tuple>();
    for (const [index, row] of rows.entries()) {
      byKey.set(rowKey(row), row);
      if (index % rowsPerStep === rowsPerStep - 1) await this.#clock.sleep(0);
    }
    signal.throwIfAborted();
    return byKey;
  }

  /** Rows of `some` that are not in `others`. */
  async #missing(
    some: ReadonlyMap<string, Tuple>,
    others: ReadonlyMap<string, Tuple>,
  ): Promise<readonly Tuple[]> {
    const missing: Tuple[] = [];
    let looked = 0;
    for (const [key, row] of some) {
      if (!others.has(key)) missing.push(row);
      looked += 1;
      if (looked % rowsPerStep === 0) await this.#clock.sleep(0);
    }
    return missing;
  }
}
