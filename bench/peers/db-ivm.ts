import type { EngineCase } from '../engine-cases.ts';
import type { Row } from '../generator.ts';
import { type Measurement, microseconds, milliseconds, peakMegabytes, percentile } from '../measurement.ts';
import { readRows, tableNames } from '../table-files.ts';
import { requirePeer } from './packages.ts';

// biome-ignore lint/suspicious/noExplicitAny: an installed peer, whose types the project does not have.
type Untyped = any;

/** TanStack db-ivm: the graph of workload b built by hand. It knows no rules, no recursion and no rows as sets. */
export function measureDbIvm(one: EngineCase, folder: string): Measurement {
  const ivm = requirePeer('@tanstack/db-ivm') as Untyped;
  const graph = new ivm.D2();
  const inputs: Record<string, Untyped> = {};
  for (const table of tableNames(folder)) inputs[table] = graph.newInput();
  const errors = new Map<string, number>();
  build(ivm, inputs, (key, weight) => {
    const next = (errors.get(key) ?? 0) + weight;
    if (next === 0) errors.delete(key);
    else errors.set(key, next);
  });
  graph.finalize();
  const tables = tableNames(folder).map((table) => [table, readRows(folder, table)] as const);
  const evalMs = milliseconds(() => {
    for (const [table, rows] of tables) {
      inputs[table].sendData(new ivm.MultiSet(rows.map((row) => [row, 1])));
    }
    graph.run();
  });
  const count = errors.size;
  if (one.kind === 'evaluate') return { evalMs, count, peakMegabytes: peakMegabytes() };
  const times = readRows(folder, 'updates').map(([sign, table, ...cells]) =>
    microseconds(() => {
      inputs[String(table)].sendData(new ivm.MultiSet([[cells, sign === '+' ? 1 : -1]]));
      graph.run();
    }),
  );
  const latency = { p50Us: percentile(times, 0.5), p99Us: percentile(times, 0.99) };
  return { evalMs, count, ...latency, countAfter: errors.size, peakMegabytes: peakMegabytes() };
}

/** error = server x port x network, less public networks, less tenants of one group. */
function build(
  ivm: Untyped,
  inputs: Readonly<Record<string, Untyped>>,
  output: (key: string, weight: number) => void,
): void {
  const keyed = (table: string, key: number, value: (row: Row) => unknown) =>
    inputs[table].pipe(ivm.map((row: Row) => [row[key], value(row)]));
  const byGroup = () => keyed('grp', 1, (row) => row[0]);
  const sameGroup = byGroup().pipe(
    ivm.join(byGroup(), 'inner'),
    ivm.map(([, [a, b]]: [string, [string, string]]) => [`${a} ${b}`, 1]),
    ivm.consolidate(),
  );
  const open = inputs.network!.pipe(
    ivm.filter((row: Row) => row[2] !== 'true'),
    ivm.map((row: Row) => [row[0], row[1]]),
  );
  keyed('server', 0, (row) => row[2]).pipe(
    ivm.join(
      keyed('port', 1, (row) => row[2]),
      'inner',
    ),
    ivm.map(([server, [tenant, network]]: [string, [string, string]]) => [network, `${server} ${tenant}`]),
    ivm.join(open, 'inner'),
    ivm.map(([network, [left, owner]]: [string, [string, string]]) => {
      const [server, tenant] = left.split(' ');
      return [`${tenant} ${owner}`, `${server} ${network}`];
    }),
    ivm.join(sameGroup, 'anti'),
    ivm.map(([, [pair]]: [string, [string, null]]) => [pair, true]),
    ivm.output((message: Untyped) => {
      for (const [[pair], weight] of message.getInner()) output(pair, weight);
    }),
  );
}
