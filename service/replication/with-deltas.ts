import type { Tuple } from '../datalog/value.ts';
import type { TableDelta, TableVersion } from '../policy/entities.ts';
import { tupleToJson } from '../policy/execution-json.ts';
import { digestAfter } from '../policy/table-delta-json.ts';
import { RowChunksDamaged } from './table-rows.ts';

/**
 * The rows of a version: those of its chunks, then each delta's deletions and insertions, in order. `deltas` is
 * what the store holds of them, in any order. Throws RowChunksDamaged when they are not those that the version
 * speaks of.
 */
export function withDeltas(
  version: TableVersion,
  inChunks: readonly Tuple[],
  deltas: readonly TableDelta[],
): readonly Tuple[] {
  const wanted = version.deltas;
  if (wanted === undefined) return inChunks;
  const inOrder = [...deltas].sort((left, right) => left.number - right.number).slice(0, wanted.count);
  const digest = inOrder.reduce(digestAfter, version.digest);
  if (inOrder.length !== wanted.count || digest !== wanted.digest) {
    throw new RowChunksDamaged(
      `deltas of version \`${version.version}\` of table \`${version.table}\` are damaged`,
    );
  }
  const rows = new Map(inChunks.map((row) => [rowKey(row), row]));
  for (const { deleted, inserted } of inOrder) {
    for (const row of deleted) rows.delete(rowKey(row));
    for (const row of inserted) rows.set(rowKey(row), row);
  }
  return [...rows.values()];
}

function rowKey(row: Tuple): string {
  return JSON.stringify(tupleToJson(row));
}
