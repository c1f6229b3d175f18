import type { Sequence } from '../base/ids.ts';

/** The records that follow `after` without a hole; `records` are in ascending order of sequence. */
export function contiguousPrefix<Numbered extends { readonly sequence: Sequence }>(
  after: Sequence,
  records: readonly Numbered[],
): readonly Numbered[] {
  const hole = records.findIndex((record, index) => record.sequence !== after + 1 + index);
  return hole === -1 ? records : records.slice(0, hole);
}
