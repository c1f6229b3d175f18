import { join } from 'node:path';
import type { EngineCase } from '../engine-cases.ts';
import { type Measurement, peakMegabytes } from '../measurement.ts';
import { tableNames } from '../table-files.ts';
import { requirePeer } from './packages.ts';
import { countQuery } from './sql.ts';

interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): readonly (readonly unknown[])[] }>;
}

interface DuckDb {
  readonly DuckDBInstance: { create(file: string): Promise<{ connect(): Promise<Connection> }> };
}

/** DuckDB in memory, reading the CSV files itself, with all cores. */
export async function measureDuckDb(one: EngineCase, folder: string): Promise<Measurement> {
  const { DuckDBInstance } = requirePeer('@duckdb/node-api') as DuckDb;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const started = performance.now();
  for (const table of tableNames(folder)) {
    const file = join(folder, `${table}.csv`);
    await connection.run(`create table ${table} as select * from read_csv('${file}', header = false)`);
    const columns = await connection.runAndReadAll(`select name from pragma_table_info('${table}')`);
    for (const [at, [name]] of columns.getRows().entries()) {
      await connection.run(`alter table ${table} rename column ${String(name)} to c${at}`);
    }
  }
  const loaded = performance.now();
  const answer = await connection.runAndReadAll(countQuery(one, 'duckdb'));
  const count = Number(answer.getRows()[0]![0]);
  const evalMs = performance.now() - loaded;
  return { loadMs: loaded - started, evalMs, count, peakMegabytes: peakMegabytes() };
}
