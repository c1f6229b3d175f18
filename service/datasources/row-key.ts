import type { Tuple } from '../datalog/value.ts';

/** Text that is equal for equal rows only; the integer 1, the float 1.0 and the text "1" are different values; -0 is 0. */
export function rowKey(row: Tuple): string {
  let key = '';
  for (const value of row) {
    if (typeof value === 'string') key += `s${value.length}:${value}`;
    else if (typeof value === 'bigint') key += `i${value};`;
    else key += `f${value};`;
  }
  return key;
}
