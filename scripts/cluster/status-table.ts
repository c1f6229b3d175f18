/** One line of the table that `scripts/up` and `scripts/status` print. */
export interface StatusRow {
  readonly name: string;
  readonly url: string;
  readonly pid: string;
  readonly state: string;
  readonly log: string;
}

/** The rows as a table with headings, columns aligned. */
export function statusTable(rows: readonly StatusRow[]): string {
  const headings = { name: 'ROLE', url: 'URL', pid: 'PID', state: 'STATE', log: 'LOG' };
  const columns = ['name', 'url', 'pid', 'state', 'log'] as const;
  const lines = [headings, ...rows];
  const widths = columns.map((column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      columns
        .map((column, index) => line[column].padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
