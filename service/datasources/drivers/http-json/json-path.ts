import { type JSONPathNode, JSONPathQuery, jsonpath } from 'json-p3';

/** Whether the text is a JSONPath as RFC 9535 has it. Nothing of it is ever run as code. */
export function isRowsPath(text: string): boolean {
  try {
    return jsonpath.compile(text) instanceof JSONPathQuery;
  } catch {
    return false;
  }
}

/** Values that a path finds, each with where it was found. */
export function nodesAt(path: string, document: unknown): readonly JSONPathNode[] {
  return [...jsonpath.compile(path).query(document as never)];
}

/**
 * Where the value of a column is: a JSONPath below the row, or, behind one `^` per level, below what encloses it.
 * In `{"servers": [{"id": 1, "ports": [...]}]}`, for a row of `$.servers[*].ports[*]`, `^^$.id` is the server's id.
 */
export interface ColumnPath {
  readonly levelsUp: number;
  readonly path: string;
}

/** Null when it is none. */
export function parseColumnPath(text: string): ColumnPath | null {
  const levelsUp = /^\^*/.exec(text)?.[0].length ?? 0;
  const path = text.slice(levelsUp);
  return isRowsPath(path) ? { levelsUp, path } : null;
}

/** A compiled column. */
export class ColumnReader {
  readonly #levelsUp: number;
  readonly #query: JSONPathQuery;

  constructor(text: string) {
    const { levelsUp, path } = parseColumnPath(text) ?? { levelsUp: 0, path: '$' };
    this.#levelsUp = levelsUp;
    this.#query = jsonpath.compile(path);
  }

  /** Null when nothing is there; a list when the path finds several values. */
  read(row: JSONPathNode, document: unknown): unknown {
    const from = this.#levelsUp === 0 ? row.value : enclosing(row, { document, levelsUp: this.#levelsUp });
    if (from === undefined) return null;
    const values = [...this.#query.query(from as never)].map(({ value }) => value as unknown);
    return values.length > 1 ? values : (values[0] ?? null);
  }
}

function enclosing(
  row: JSONPathNode,
  up: { readonly document: unknown; readonly levelsUp: number },
): unknown {
  const location = row.location.slice(0, Math.max(0, row.location.length - up.levelsUp));
  return location.reduce<unknown>(
    (value, step) => (value as Readonly<Record<string | number, unknown>>)[step],
    up.document,
  );
}
