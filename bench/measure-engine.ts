/** One run of the engine on one case, as a process of its own: `node measure-engine.js <case> <folder>`. */
import { parse } from '../service/datalog/parser.ts';
import { type EngineCase, engineCases } from './engine-cases.ts';
import { EngineSession } from './engine-session.ts';
import { type Measurement, microseconds, milliseconds, peakMegabytes, percentile } from './measurement.ts';
import { readRows } from './table-files.ts';

/** Named figures: `engine` is compared, others are shown beside it. */
function measure(one: EngineCase, folder: string): Record<string, Measurement> {
  const session = new EngineSession(one, folder);
  const loadMs = session.load();
  if (one.kind === 'load') return { engine: { loadMs, peakMegabytes: peakMegabytes() } };
  const cold = one.kind === 'points' ? { 'engine (on demand)': points(session, folder) } : {};
  let count = 0;
  const evalMs = milliseconds(() => {
    count = session.count();
  });
  const base = { loadMs, evalMs, count };
  if (one.kind === 'evaluate') return { engine: { ...base, peakMegabytes: peakMegabytes() } };
  if (one.kind === 'points') return { engine: points(session, folder), ...cold };
  const times = readRows(folder, 'updates').map((row) => microseconds(() => session.update(row)));
  const latency = { p50Us: percentile(times, 0.5), p99Us: percentile(times, 0.99) };
  return { engine: { ...base, ...latency, countAfter: session.count(), peakMegabytes: peakMegabytes() } };
}

function points({ engine }: EngineSession, folder: string): Measurement {
  const queries = readRows(folder, 'points')
    .flatMap(([point]) => parse(`error("${point}", n)`))
    .filter((statement) => statement.kind === 'fact');
  let count = 0;
  const times = queries.map((query) =>
    microseconds(() => {
      count += engine.query('p', query).length;
    }),
  );
  return {
    count,
    p50Us: percentile(times, 0.5),
    p99Us: percentile(times, 0.99),
    peakMegabytes: peakMegabytes(),
  };
}

const [name, folder = ''] = process.argv.slice(2);
const found = engineCases.find((candidate) => candidate.name === name);
if (found === undefined) throw new Error(`no case ${name}`);
console.log(JSON.stringify(measure(found, folder)));
