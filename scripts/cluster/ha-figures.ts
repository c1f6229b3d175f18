import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one HA scenario measured; durations in milliseconds. */
export interface Figures {
  readonly scenario: string;
  /** Requests sent, and of those not answered as they should be. */
  readonly sent?: number;
  readonly failed?: number;
  /** From the fault, or its end, until all was as before. */
  readonly recoveredMs?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly note?: string;
}

/** Where everything of an HA run is: logs, state and data of each cluster, figures and their summary. */
export function haFolder(root: string): string {
  return join(root, '.run', 'ha');
}

/** Keeps figures for the summary at the end of the run; test files run in worlds of their own, hence a file. */
export function noteFigures(root: string, figures: Figures): void {
  mkdirSync(haFolder(root), { recursive: true });
  appendFileSync(figuresFile(root), `${JSON.stringify(figures)}\n`);
}

/** All figures of the run as a table; also written to `summary.txt`. Empty when there are none. */
export function summarizeFigures(root: string): string {
  if (!existsSync(figuresFile(root))) return '';
  const lines = readFileSync(figuresFile(root), 'utf8').trimEnd().split('\n');
  const rows = [headings, ...lines.map((line) => cells(JSON.parse(line)))];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) => alignRow(row, widths)).join('\n');
  writeFileSync(join(haFolder(root), 'summary.txt'), `${table}\n`);
  return table;
}

/** The value below which this part (0 to 1) of the values lies; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function figuresFile(root: string): string {
  return join(haFolder(root), 'figures.jsonl');
}

const headings = ['scenario', 'sent', 'failed', 'recovered ms', 'p50 ms', 'p99 ms', 'note'];

function cells(figures: Figures): readonly string[] {
  const whole = (value: number | undefined) => (value === undefined ? '' : String(Math.round(value)));
  const { sent, failed, recoveredMs, p50Ms, p99Ms } = figures;
  return [figures.scenario, ...[sent, failed, recoveredMs, p50Ms, p99Ms].map(whole), figures.note ?? ''];
}

/** Text to the left, numbers to the right. */
function alignRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 || column === row.length - 1 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('  ')
    .trimEnd();
}
