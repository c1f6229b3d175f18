import { parse } from '../service/datalog/parser.ts';
import type { Tuple, Value } from '../service/datalog/value.ts';
import { Engine } from '../service/engine/engine.ts';
import type { EngineChange } from '../service/engine/engine-change.ts';
import type { Cell, Row } from './generator.ts';
import { readRows, tableNames } from './table-files.ts';

/** One measured run of the engine; durations in milliseconds unless the name says otherwise. */
export interface EngineResult {
  readonly loadMs: number;
  readonly evalMs: number;
  readonly count: number;
  readonly updateP50Us: number;
  readonly updateP99Us: number;
  readonly countAfter: number;
  readonly pointP50Us: number;
  readonly coldPointP50Us: number;
  readonly peakMegabytes: number;
}

export interface EngineRun {
  /** Where table-files.ts wrote the workload. */
  readonly folder: string;
  /** Rules as text; unqualified tables are derived, `ds:` ones given. */
  readonly rules: string;
  /** Relations whose rows are counted. */
  readonly asked: readonly { readonly table: string; readonly arity: number }[];
}

/** Loads rows that are JSON values through the engine's interface, asks, then makes the single-row changes. */
export function measureEngine({ folder, rules, asked }: EngineRun): EngineResult {
  const monotonicMs = () => performance.now();
  const engine = new Engine({ monotonicMs, evaluationMsMax: 600_000 });
  engine.apply(ruleChanges(rules));
  const loadMs = loadTables(engine, folder);
  const count = () =>
    asked.reduce((sum, name) => sum + engine.count({ policy: 'p', modal: null, ...name }), 0);
  const started = performance.now();
  const first = count();
  const evalMs = performance.now() - started;
  const coldPointP50Us = 0;
  const points = readRows(folder, 'points').map(([point]) => String(point));
  const updates = readRows(folder, 'updates').map((row) => updateTime(engine, row, count));
  return {
    loadMs,
    evalMs,
    count: first,
    updateP50Us: percentile(updates, 0.5),
    updateP99Us: percentile(updates, 0.99),
    countAfter: count(),
    pointP50Us: percentile(pointTimes(engine, points), 0.5),
    coldPointP50Us,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

function ruleChanges(rules: string): readonly EngineChange[] {
  return parse(rules).flatMap((statement, at): readonly EngineChange[] =>
    statement.kind === 'rule'
      ? [{ kind: 'insert-rule', policy: 'p', ruleId: `rule-${at}`, rule: statement }]
      : [],
  );
}

function loadTables(engine: Engine, folder: string): number {
  let total = 0;
  for (const table of tableNames(folder)) {
    const rows = readRows(folder, table);
    const started = performance.now();
    const tuples = rows.map(tupleOf);
    engine.apply([
      { kind: 'replace-table', policy: 'ds', table, arity: tuples[0]?.length ?? 0, rows: tuples },
    ]);
    total += performance.now() - started;
  }
  return total;
}

function tupleOf(row: Row): Tuple {
  return row.map(valueOfCell);
}

function valueOfCell(cell: Cell): Value {
  return typeof cell === 'number' ? BigInt(cell) : cell;
}

/** Microseconds of one single-row change followed by reading how many violations there are. */
function updateTime(engine: Engine, update: Row, read: () => number): number {
  const [sign, table, ...cells] = update;
  const tuple = tupleOf(cells);
  const started = performance.now();
  engine.apply([
    {
      kind: 'change-table',
      policy: 'ds',
      table: String(table),
      arity: tuple.length,
      deleted: sign === '-' ? [tuple] : [],
      inserted: sign === '+' ? [tuple] : [],
    },
  ]);
  read();
  return (performance.now() - started) * 1000;
}

function pointTimes(engine: Engine, points: readonly string[]): readonly number[] {
  return points.map((point) => {
    const query = parse(`error("${point}", n)`)[0]!;
    if (query.kind !== 'fact') throw new Error('an atom is a query');
    const started = performance.now();
    engine.query('p', query);
    return (performance.now() - started) * 1000;
  });
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? 0;
}
