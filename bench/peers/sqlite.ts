import type { EngineCase } from '../engine-cases.ts';
import type { Row } from '../generator.ts';
import { type Measurement, microseconds, milliseconds, peakMegabytes, percentile } from '../measurement.ts';
import { readRows, tableNames } from '../table-files.ts';
import { requirePeer } from './packages.ts';
import { countQuery, indexedColumns, namePattern, pointQuery } from './sql.ts';

interface Statement {
  run(...values: unknown[]): void;
  get(...values: unknown[]): { readonly n: number };
  all(...values: unknown[]): readonly unknown[];
}

interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  function(name: string, work: (...values: string[]) => number): void;
  transaction(work: (rows: readonly Row[]) => void): (rows: readonly Row[]) => void;
}

/** Each update is followed by the whole query: few are enough. */
const updatesMax = 20;

/** better-sqlite3 in memory; rows are JSON values, inserted by a prepared statement in one transaction. */
export function measureSqlite(one: EngineCase, folder: string): Measurement {
  const Sqlite = requirePeer('better-sqlite3') as new (file: string) => Database;
  const database = new Sqlite(':memory:');
  defineFunctions(database);
  let loadMs = 0;
  for (const table of tableNames(folder)) loadMs += load(database, table, readRows(folder, table));
  if (one.kind === 'load') return { loadMs, peakMegabytes: peakMegabytes() };
  loadMs += milliseconds(() => {
    indexedColumns[one.family].forEach((columns, at) => {
      database.exec(`create index i${at} on ${columns}`);
    });
    database.exec('analyze');
  });
  const query = database.prepare(countQuery(one, 'sqlite'));
  let count = 0;
  if (one.kind === 'points') return points(database, folder);
  const evalMs = milliseconds(() => {
    count = query.get().n;
  });
  if (one.kind === 'evaluate') return { loadMs, evalMs, count, peakMegabytes: peakMegabytes() };
  const times = readRows(folder, 'updates')
    .slice(0, updatesMax)
    .map((row) =>
      microseconds(() => {
        update(database, row);
        query.get();
      }),
    );
  const latency = { p50Us: percentile(times, 0.5), p99Us: percentile(times, 0.99) };
  return { loadMs, evalMs, count, ...latency, peakMegabytes: peakMegabytes() };
}

function defineFunctions(database: Database): void {
  const pattern = new RegExp(namePattern);
  database.function('good_name', (name) => (pattern.test(name) ? 1 : 0));
  database.function('ip_in_network', (ip, network) => {
    const [base = '', length = '32'] = network.split('/');
    const size = 2 ** (32 - Number(length));
    return Math.floor(addressOf(ip) / size) === Math.floor(addressOf(base) / size) ? 1 : 0;
  });
}

function addressOf(text: string): number {
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function load(database: Database, table: string, rows: readonly Row[]): number {
  const columns = (rows[0] ?? []).map((_, at) => `c${at}`);
  database.exec(`create table ${table}(${columns.join()})`);
  const insert = database.prepare(`insert into ${table} values (${columns.map(() => '?').join()})`);
  const all = database.transaction((some) => {
    for (const row of some) insert.run(...row);
  });
  return milliseconds(() => all(rows));
}

function update(database: Database, [sign, table, ...cells]: Row): void {
  const columns = cells.map((_, at) => `c${at}`);
  if (sign === '+') {
    database.prepare(`insert into ${table} values (${columns.map(() => '?').join()})`).run(...cells);
  } else {
    const where = columns.map((column) => `${column} = ?`).join(' and ');
    database.prepare(`delete from ${table} where ${where}`).run(...cells);
  }
}

function points(database: Database, folder: string): Measurement {
  const query = database.prepare(pointQuery);
  let count = 0;
  const times = readRows(folder, 'points').map(([point]) =>
    microseconds(() => {
      count += query.all(point).length;
    }),
  );
  const latency = { p50Us: percentile(times, 0.5), p99Us: percentile(times, 0.99) };
  return { count, ...latency, peakMegabytes: peakMegabytes() };
}
