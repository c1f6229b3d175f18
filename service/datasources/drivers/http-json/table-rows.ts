import type { Clock } from '../../../base/clock.ts';
import type { Tuple } from '../../../datalog/value.ts';
import { PollFailed } from '../../problems.ts';
import { rowKey } from '../../row-key.ts';
import { rowValue } from '../../row-value.ts';
import type { HttpJsonTable } from './config.ts';
import { ColumnReader, nodesAt } from './json-path.ts';

const rowsMax = 2_000_000;
/** Read between two yields. */
const rowsPerStep = 2_000;

/** The rows that a table has in these pages, each once. Rejects with PollFailed. */
export async function rowsOfTable(options: {
  readonly name: string;
  readonly table: HttpJsonTable;
  readonly pages: readonly unknown[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<readonly Tuple[]> {
  const { name, table, pages, clock, signal } = options;
  const columns = Object.values(table.columns).map((path) => new ColumnReader(path));
  const rows = new Map<string, Tuple>();
  let steps = 0;
  for (const page of pages) {
    for (const node of nodesAt(table.rows, page)) {
      const row = columns.map((column) => rowValue(column.read(node, page)));
      rows.set(rowKey(row), row);
      if (rows.size > rowsMax) throw new PollFailed(`table \`${name}\` has more than ${rowsMax} rows`);
      steps += 1;
      if (steps % rowsPerStep !== 0) continue;
      signal.throwIfAborted();
      await clock.sleep(0);
    }
  }
  return [...rows.values()];
}
