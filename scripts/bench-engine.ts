/**
 * Measures the engine beside the hand-written C++ limit programs on the same machine in the same run:
 *   npx tsx scripts/bench-engine.ts [case name prefix ...] [--runs=3]
 * Every run is a process of its own. Needs g++; data and programs go to .run/bench.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EngineCase, engineCases } from '../bench/engine-cases.ts';
import { type EngineResult, measureEngine } from '../bench/engine-workload.ts';
import { readRows, writeWorkload } from '../bench/table-files.ts';

const self = fileURLToPath(import.meta.url);
const root = join(self, '..', '..');
const folder = join(root, '.run', 'bench');

interface LimitResult {
  readonly load: number;
  readonly eval: number;
  readonly count: number;
  readonly upd_us_p50?: number;
  readonly upd_us_p99?: number;
  readonly after?: number;
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--measure') console.log(JSON.stringify(measure(rest[0] ?? '')));
else compare(process.argv.slice(2));

function measure(name: string): EngineResult {
  const found = engineCases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return measureEngine({ ...found, folder: join(folder, name) });
}

function compare(args: readonly string[]): void {
  const runs = Number(args.find((arg) => arg.startsWith('--runs='))?.slice(7) ?? 3);
  const prefixes = args.filter((arg) => !arg.startsWith('--'));
  const chosen = engineCases.filter(
    ({ name }) => prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix)),
  );
  console.log(`node ${process.version}, ${runs} runs each, medians; ratio = ours / C++ in the same run`);
  for (const one of chosen) compareCase(one, runs);
}

function compareCase(one: EngineCase, runs: number): void {
  const data = join(folder, one.name);
  writeWorkload(data, one.generate);
  const hasUpdates = readRows(data, 'updates').length > 0;
  const engine: EngineResult[] = [];
  const limit: LimitResult[] = [];
  const updates: LimitResult[] = [];
  for (let run = 0; run < runs; run++) {
    limit.push(runLimit(one.limit, data));
    engine.push(JSON.parse(runSelf(one.name)) as EngineResult);
    if (hasUpdates) updates.push(runLimit(['inc'], data));
  }
  report(one, { engine, limit, updates });
}

function report(
  one: EngineCase,
  runs: {
    readonly engine: readonly EngineResult[];
    readonly limit: readonly LimitResult[];
    readonly updates: readonly LimitResult[];
  },
): void {
  const { engine, limit, updates } = runs;
  const ours = median(engine.map(({ evalMs }) => evalMs));
  const theirs = median(limit.map((result) => result.eval));
  const agrees =
    engine[0]!.count === limit[0]!.count ? '' : ` WRONG COUNT ${engine[0]!.count} <> ${limit[0]!.count}`;
  const ratio = (ours / theirs).toFixed(2);
  const load = median(engine.map(({ loadMs }) => loadMs)).toFixed(0);
  const memory = median(engine.map(({ peakMegabytes }) => peakMegabytes)).toFixed(0);
  console.log(
    `${one.name.padEnd(12)} eval ${ours.toFixed(1)} ms, C++ ${theirs.toFixed(1)} ms, ratio ${ratio} (target ${one.target}); load ${load} ms, peak ${memory} MB${agrees}`,
  );
  if (updates.length === 0) return;
  const p50 = median(engine.map(({ updateP50Us }) => updateP50Us));
  const p99 = median(engine.map(({ updateP99Us }) => updateP99Us));
  const limit50 = median(updates.map((result) => result.upd_us_p50 ?? 0));
  const limit99 = median(updates.map((result) => result.upd_us_p99 ?? 0));
  const right = engine[0]!.countAfter === updates[0]!.after ? '' : ' WRONG COUNT AFTER UPDATES';
  console.log(
    `${''.padEnd(12)} update p50 ${p50.toFixed(1)} us (ratio ${(p50 / limit50).toFixed(2)}), p99 ${p99.toFixed(0)} us (ratio ${(p99 / limit99).toFixed(2)}); point query ${median(engine.map((result) => result.pointP50Us)).toFixed(2)} us maintained, ${median(engine.map((result) => result.coldPointP50Us)).toFixed(1)} us cold${right}`,
  );
}

function runSelf(name: string): string {
  const args = ['--import', 'tsx', self, '--measure', name];
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 24 });
}

function runLimit([program, ...mode]: readonly string[], data: string): LimitResult {
  const binary = join(folder, program!);
  if (!existsSync(binary)) {
    execFileSync('g++', ['-O2', '-std=c++17', '-o', binary, join(root, 'bench', 'limit', `${program}.cpp`)]);
  }
  return JSON.parse(execFileSync(binary, [data, ...mode], { encoding: 'utf8' })) as LimitResult;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
