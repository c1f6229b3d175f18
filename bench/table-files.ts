import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell, Row, Workload } from './generator.ts';

/** Writes the tables, updates and points of a workload as CSV without quoting; does nothing when they are there. */
export function writeWorkload(folder: string, generate: () => Workload): void {
  if (existsSync(join(folder, 'complete'))) return;
  mkdirSync(folder, { recursive: true });
  const workload = generate();
  for (const [table, rows] of workload.tables) writeFileSync(join(folder, `${table}.csv`), csv(rows));
  writeFileSync(join(folder, 'updates.csv'), csv(workload.updates));
  writeFileSync(join(folder, 'points.csv'), csv(workload.points.map((point) => [point])));
  writeFileSync(join(folder, 'tables.json'), JSON.stringify([...workload.tables.keys()]));
  writeFileSync(join(folder, 'complete'), '');
}

export function tableNames(folder: string): readonly string[] {
  return JSON.parse(readFileSync(join(folder, 'tables.json'), 'utf8')) as readonly string[];
}

/** The rows of a table as JSON.parse gives them: strings that nobody shares, integers as numbers. */
export function readRows(folder: string, table: string): readonly Row[] {
  const lines = readFileSync(join(folder, `${table}.csv`), 'latin1').split('\n');
  lines.pop();
  const rows: Row[] = [];
  for (let at = 0; at < lines.length; at += chunkRows) {
    const text = `[${lines
      .slice(at, at + chunkRows)
      .map(jsonRow)
      .join(',')}]`;
    for (const row of JSON.parse(text) as Row[]) rows.push(row);
  }
  return rows;
}

const chunkRows = 10_000;

function jsonRow(line: string): string {
  return JSON.stringify(line.split(',').map((text): Cell => (/^-?\d+$/.test(text) ? Number(text) : text)));
}

function csv(rows: readonly Row[]): string {
  return rows.map((row) => `${row.join(',')}\n`).join('');
}
