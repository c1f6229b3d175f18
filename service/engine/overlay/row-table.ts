import type { Row } from './overlay-values.ts';

const indexedFrom = 16;

/** A set of rows of one relation, indexed by any columns when it is asked to be and has grown. */
export class RowTable {
  readonly #rows = new Map<string, Row>();
  #indexes: Map<string, Map<string, Row[]>> | null = null;

  get size(): number {
    return this.#rows.size;
  }

  has(row: Row): boolean {
    return this.#rows.has(keyOf(row));
  }

  /** False when it was there. */
  add(row: Row): boolean {
    const key = keyOf(row);
    if (this.#rows.has(key)) return false;
    this.#rows.set(key, row);
    this.#indexes = null;
    return true;
  }

  /** False when it was not there. */
  delete(row: Row): boolean {
    this.#indexes = null;
    return this.#rows.delete(keyOf(row));
  }

  /** In order of insertion. */
  all(): Iterable<Row> {
    return this.#rows.values();
  }

  /** Rows with these ids in these columns. */
  matching(columns: readonly number[], key: readonly number[]): Iterable<Row> {
    if (columns.length === 0) return this.#rows.values();
    if (this.#rows.size < indexedFrom) return this.#scan(columns, key);
    const name = columns.join();
    this.#indexes ??= new Map();
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = indexOf(this.#rows.values(), columns);
      this.#indexes.set(name, index);
    }
    return index.get(key.join()) ?? [];
  }

  *#scan(columns: readonly number[], key: readonly number[]): Generator<Row> {
    for (const row of this.#rows.values()) {
      if (columns.every((column, at) => row[column] === key[at])) yield row;
    }
  }
}

/** Rows that enter and leave a relation. A row is in one of both at most. */
export class RowChanges {
  readonly inserted = new RowTable();
  readonly deleted = new RowTable();

  get isEmpty(): boolean {
    return this.inserted.size === 0 && this.deleted.size === 0;
  }

  /** `wasThere` says whether the row was in the relation before all of these changes. */
  insert(row: Row, wasThere: boolean): void {
    if (wasThere) this.deleted.delete(row);
    else this.inserted.add(row);
  }

  delete(row: Row, wasThere: boolean): void {
    if (wasThere) this.deleted.add(row);
    else this.inserted.delete(row);
  }
}

function keyOf(row: Row): string {
  return row.join();
}

function indexOf(rows: Iterable<Row>, columns: readonly number[]): Map<string, Row[]> {
  const index = new Map<string, Row[]>();
  for (const row of rows) {
    const key = columns.map((column) => row[column]!).join();
    const same = index.get(key);
    if (same === undefined) index.set(key, [row]);
    else same.push(row);
  }
  return index;
}
