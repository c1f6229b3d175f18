import type { Value } from '../../datalog/value.ts';
import type { SourceRow } from './source-row.ts';

/** One aggregate of one group. */
export interface Accumulator {
  /** A row of the group came (1) or went (-1); it goes only after it came. */
  change(row: SourceRow, sign: number): void;
  /** Undefined where the group has no such value. */
  result(): Value | undefined;
}
