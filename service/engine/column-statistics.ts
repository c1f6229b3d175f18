import type { Relation } from './relation.ts';

const sampleRows = 512;

/** Estimates distinct values per column from a sample; refreshed when the relation doubles or halves. */
export class ColumnStatistics {
  readonly #distinct = new WeakMap<
    Relation,
    { readonly size: number; readonly columns: readonly number[] }
  >();

  /** Rows that share a value in all of these columns, on average; at least a tiny positive number. */
  rowsPerKey(relation: Relation, columns: readonly number[]): number {
    const exact = relation.indexedKeys(columns);
    const keys = exact ?? this.#estimateKeys(relation, columns);
    return relation.size / Math.max(1, keys);
  }

  #estimateKeys(relation: Relation, columns: readonly number[]): number {
    const distinct = this.#columns(relation);
    let keys = 1;
    for (const column of columns) keys *= distinct[column]!;
    return Math.min(keys, relation.size);
  }

  #columns(relation: Relation): readonly number[] {
    const known = this.#distinct.get(relation);
    if (known !== undefined && relation.size <= known.size * 2 && relation.size * 2 >= known.size) {
      return known.columns;
    }
    const columns = relation.columns.map((column) => distinctEstimate(relation, column));
    this.#distinct.set(relation, { size: relation.size, columns });
    return columns;
  }
}

/**
 * Charikar et al. 2000 (GEE): values seen once are scaled by sqrt(rows / sample), except that a column of
 * nothing but different values is taken for a key.
 */
function distinctEstimate(relation: Relation, column: Int32Array): number {
  const seen = new Map<number, number>();
  const step = Math.max(1, Math.floor((relation.end - 1) / sampleRows));
  let sampled = 0;
  for (let row = 1; row < relation.end; row += step) {
    if (relation.support[row]! <= 0) continue;
    sampled++;
    seen.set(column[row]!, (seen.get(column[row]!) ?? 0) + 1);
  }
  if (sampled === 0) return 1;
  let once = 0;
  for (const count of seen.values()) if (count === 1) once++;
  if (once > sampled * 0.9) return Math.max(1, (relation.size * once) / sampled);
  return Math.max(1, Math.sqrt(relation.size / sampled) * once + (seen.size - once));
}
