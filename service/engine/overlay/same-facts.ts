import type { Value } from '../../datalog/value.ts';

/** Columns whose number is looked for in both types; beyond it as it is. */
const numbersMax = 8;

/**
 * Tuples that are the same fact (Congress reference 2.3): whole numbers as integer and as float. The tuple itself comes
 * first. Columns without value (null) stay so.
 */
export function* sameFacts<Cell extends Value | null>(
  tuple: readonly Cell[],
): Generator<readonly (Cell | Value)[]> {
  const twins = tuple.map(twinOf);
  const columns = twins.flatMap((twin, column) => (twin === null ? [] : [column])).slice(0, numbersMax);
  for (let choice = 0; choice < 2 ** columns.length; choice++) {
    const other: (Cell | Value)[] = [...tuple];
    columns.forEach((column, bit) => {
      if ((choice >> bit) % 2 === 1) other[column] = twins[column]!;
    });
    yield other;
  }
}

function twinOf(value: Value | null): Value | null {
  if (value === null || typeof value === 'string') return null;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : null;
  const float = Number(value);
  return Number.isFinite(float) && BigInt(float) === value ? float : null;
}
