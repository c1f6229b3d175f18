import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineCase } from '../engine-cases.ts';
import type { Measurement } from '../measurement.ts';
import { runWatched, versionOf } from '../programs.ts';
import { readRows, tableNames } from '../table-files.ts';

/** gringo and SWI-Prolog from the system's packages, with programs for the families that they can say. */
export interface LogicPeer {
  readonly name: 'gringo' | 'swipl';
  readonly version: string;
  measure(one: EngineCase, data: string): Measurement | null;
}

const timeoutMs = 180_000;

/** Installs what is missing where that is allowed, and says what is left out. */
export function logicPeers(): readonly LogicPeer[] {
  const peers: LogicPeer[] = [];
  const gringo = installed('gringo', 'gringo');
  if (gringo !== null) peers.push({ name: 'gringo', version: gringo, measure: measureGringo });
  const swipl = installed('swipl', 'swi-prolog-nox');
  if (swipl !== null) peers.push({ name: 'swipl', version: swipl, measure: measureSwipl });
  return peers;
}

function installed(command: string, debian: string): string | null {
  if (versionOf(command, '--version') === null && process.getuid?.() === 0) {
    try {
      const args = ['install', '-q', '-y', '--no-install-recommends', debian];
      execFileSync('apt-get', args, { stdio: 'ignore', timeout: 300_000 });
    } catch {
      // The version is asked for again.
    }
  }
  const version = versionOf(command, '--version');
  if (version === null) console.log(`${command} is left out; on Debian: apt-get install ${debian}`);
  return version;
}

const gringoPrograms: Partial<Record<EngineCase['family'], string>> = {
  closure: 'tc(X,Y) :- edge(X,Y). tc(X,Y) :- tc(X,Z), edge(Z,Y). #show tc/2.',
  policy: `same_group(A,B) :- grp(A,G), grp(B,G). public(N) :- network(N,_,"true").
    error(S,N) :- server(S,_,T,_,_), port(_,S,N,_), network(N,NT,_), not public(N), not same_group(T,NT).
    #show error/2.`,
};

/** Grounding is all of the work; there is no split into loading and evaluating. */
function measureGringo(one: EngineCase, data: string): Measurement | null {
  const program = gringoPrograms[one.family];
  if (program === undefined || one.kind !== 'evaluate') return null;
  const file = join(data, 'gringo.lp');
  writeFileSync(file, program);
  const run = runWatched('gringo', ['--text', file, factsFile(data)], timeoutMs);
  const head = one.family === 'closure' ? 'tc(' : 'error(';
  const count = run.output.split('\n').filter((line) => line.startsWith(head)).length;
  return { evalMs: run.wallMs, count, peakMegabytes: run.peakMegabytes };
}

const prologPrograms: Partial<Record<EngineCase['family'], string>> = {
  closure: `:- table tc/2. tc(X,Y) :- edge(X,Y). tc(X,Y) :- tc(X,Z), edge(Z,Y).
    answer(N) :- aggregate_all(count, tc(_,_), N).`,
  policy: `:- table same_group/2. :- table public/1. :- table error/2.
    same_group(A,B) :- grp(A,G), grp(B,G). public(N) :- network(N,_,"true").
    error(S,N) :- server(S,_,T,_,_), port(_,S,N,_), network(N,NT,_), \\+ public(N), \\+ same_group(T,NT).
    answer(N) :- aggregate_all(count, error(_,_), N).`,
};

function measureSwipl(one: EngineCase, data: string): Measurement | null {
  const program = prologPrograms[one.family];
  if (program === undefined || one.kind !== 'evaluate') return null;
  const file = join(data, 'program.pl');
  writeFileSync(
    file,
    `:- set_prolog_flag(double_quotes, atom). :- initialization(main). ${program}
    main :- statistics(walltime, [A,_]), consult('${factsFile(data)}'), statistics(walltime, [B,_]), answer(N),
      statistics(walltime, [C,_]), L is B - A, E is C - B,
      format('{"loadMs":~w,"evalMs":~w,"count":~w}~n', [L,E,N]), halt.`,
  );
  const run = runWatched('swipl', ['-O', file], timeoutMs);
  const line = run.output.split('\n').find((each) => each.startsWith('{')) ?? '{}';
  return { ...(JSON.parse(line) as Measurement), peakMegabytes: run.peakMegabytes };
}

/** All rows as facts, in the syntax that both share. */
function factsFile(data: string): string {
  const file = join(data, 'facts.pl');
  if (existsSync(file)) return file;
  const facts = tableNames(data).map((table) =>
    readRows(data, table)
      .map((row) => `${table}(${row.map((cell) => JSON.stringify(cell)).join()}).\n`)
      .join(''),
  );
  writeFileSync(file, facts.join(''));
  return file;
}
