import { join } from 'node:path';
import { type EngineCase, engineCases } from './engine-cases.ts';
import { type Measurement, medians } from './measurement.ts';
import { logicPeers } from './peers/logic-programs.ts';
import { installPeers, type NpmPeer } from './peers/packages.ts';
import { benchFolder, compileMeasures, runLimit, runMeasure, versionOf } from './programs.ts';
import { writeWorkload } from './table-files.ts';

/**
 * Measures the engine beside the hand-written C++ limit programs and its peers, on the same machine in the same run:
 *   npm run bench -- engine [case name prefix ...] [--runs=3] [--no-peers]
 * Every run is a process of its own. Needs g++; data, programs and peers go to .run/bench.
 */
export function benchEngine(args: readonly string[]): void {
  const runs = Number(args.find((arg) => arg.startsWith('--runs='))?.slice(7) ?? 3);
  const prefixes = args.filter((arg) => !arg.startsWith('--'));
  const chosen = engineCases.filter(
    ({ name }) => prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix)),
  );
  compileMeasures();
  console.log(`node ${process.version}, ${versionOf('g++', '--version')}, -O3`);
  const peers = args.includes('--no-peers') ? [] : findPeers();
  for (const { name, version } of peers) console.log(`${name}: ${version}`);
  console.log(`medians of ${runs} runs, taken in turns; ratio = to the C++ program of the case`);
  for (const one of chosen) report(one, measureCase(one, runs, peers));
}

interface Peer {
  readonly name: string;
  readonly version: string;
  /** Null for a case that it cannot do. */
  measure(one: EngineCase, data: string): Measurement | null;
}

function findPeers(): readonly Peer[] {
  const versions = installPeers(benchFolder);
  const fromNpm = (
    name: string,
    packageName: NpmPeer,
    can: (one: EngineCase) => boolean,
  ): readonly Peer[] => {
    const version = versions.get(packageName);
    const measure = (one: EngineCase, data: string) =>
      can(one) ? (runMeasure('measure-peer', [name, one.name, data], 300_000) as Measurement) : null;
    return version === undefined ? [] : [{ name, version: `${packageName} ${version}`, measure }];
  };
  return [
    ...fromNpm('sqlite', 'better-sqlite3', ({ name }) => !name.startsWith('m-') && name !== 'd-1m'),
    ...fromNpm('duckdb', '@duckdb/node-api', ({ kind }) => kind === 'evaluate'),
    ...fromNpm('db-ivm', '@tanstack/db-ivm', ({ name }) => /^[bd]-10+k$/.test(name)),
    ...logicPeers(),
  ];
}

/** Systems take turns, so that a slow moment of the machine meets all of them. */
function measureCase(
  one: EngineCase,
  runs: number,
  peers: readonly Peer[],
): ReadonlyMap<string, Measurement> {
  const data = join(benchFolder, 'data', one.data);
  writeWorkload(data, one.generate);
  const results = new Map<string, Measurement[]>();
  const note = (system: string, result: Measurement) => {
    results.set(system, [...(results.get(system) ?? []), result]);
  };
  for (let run = 0; run < runs; run++) {
    if (one.limit !== undefined) note('C++', runLimit(one.limit, data));
    const own = runMeasure('measure-engine', [one.name, data], 300_000) as Record<string, Measurement>;
    for (const [system, result] of Object.entries(own)) note(system, result);
    for (const peer of peers) notePeer(peer, { one, data }, note);
  }
  return new Map([...results].map(([system, all]) => [system, medians(all)]));
}

function notePeer(
  peer: Peer,
  { one, data }: { readonly one: EngineCase; readonly data: string },
  note: (system: string, result: Measurement) => void,
): void {
  try {
    const result = peer.measure(one, data);
    if (result !== null) note(peer.name, result);
  } catch (error) {
    console.log(`${peer.name} failed on ${one.name}: ${(error as Error).message.split('\n')[0]}`);
  }
}

function report(one: EngineCase, results: ReadonlyMap<string, Measurement>): void {
  const limit = results.get('C++');
  const target = one.target === undefined ? '' : ` (target ${one.target})`;
  console.log(`\n${one.name}${target}`);
  const expected = limit?.count ?? results.get('engine')?.count;
  for (const [system, result] of results) {
    const parts = [
      figure('load', result.loadMs, 'ms', limit?.loadMs),
      figure('eval', result.evalMs, 'ms', one.kind === 'updates' ? undefined : limit?.evalMs),
      figure('p50', result.p50Us, 'us', limit?.p50Us),
      figure('p99', result.p99Us, 'us', limit?.p99Us),
      `peak ${result.peakMegabytes.toFixed(0)} MB`,
      result.count !== undefined && expected !== undefined && result.count !== expected
        ? `WRONG COUNT ${result.count} <> ${expected}`
        : '',
      result.countAfter !== undefined &&
      limit?.countAfter !== undefined &&
      result.countAfter !== limit.countAfter
        ? `WRONG COUNT AFTER UPDATES ${result.countAfter} <> ${limit.countAfter}`
        : '',
    ];
    console.log(`  ${system.padEnd(20)} ${parts.filter((part) => part !== '').join(', ')}`);
  }
}

function figure(name: string, value: number | undefined, unit: string, limit: number | undefined): string {
  if (value === undefined) return '';
  const digits = value < 1 ? 3 : value < 100 ? 1 : 0;
  const ratio = limit === undefined || limit === value ? '' : ` (${(value / limit).toFixed(2)} R)`;
  return `${name} ${value.toFixed(digits)} ${unit}${ratio}`;
}
