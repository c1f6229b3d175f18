import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measurement } from './measurement.ts';

const root = join(fileURLToPath(import.meta.url), '..', '..');

/** Everything that the benchmark makes: data, compiled programs, installed peers. */
export const benchFolder = join(root, '.run', 'bench');

/** Compiles engine and measuring programs to JavaScript, as the build does, so that no loader is measured. */
export function compileMeasures(): void {
  execFileSync('npx', ['tsc', '-p', join(root, 'bench', 'tsconfig.json')], { cwd: root, stdio: 'inherit' });
}

/** Runs a compiled measuring program of this folder; it prints JSON. */
export function runMeasure(program: string, args: readonly string[], timeoutMs: number): unknown {
  const file = join(benchFolder, 'js', 'bench', `${program}.js`);
  const options = { cwd: benchFolder, encoding: 'utf8', maxBuffer: 1 << 26, timeout: timeoutMs } as const;
  return JSON.parse(execFileSync(process.execPath, [file, ...args], options));
}

interface LimitResult {
  readonly load: number;
  readonly eval: number;
  readonly count: number;
  readonly upd_us_p50?: number;
  readonly upd_us_p99?: number;
  readonly after?: number;
}

/** Runs a C++ limit program (bench/limit), compiled with g++ -O3 when its source is newer. */
export function runLimit([program, ...mode]: readonly string[], data: string): Measurement {
  const { output, peakMegabytes } = runWatched(limitBinary(program!), [data, ...mode], 180_000);
  const result = JSON.parse(output) as LimitResult;
  return {
    loadMs: result.load,
    evalMs: result.eval,
    count: result.count,
    ...(result.upd_us_p50 === undefined ? {} : { p50Us: result.upd_us_p50, p99Us: result.upd_us_p99! }),
    ...(result.after === undefined ? {} : { countAfter: result.after }),
    peakMegabytes,
  };
}

/** Runs any program and says how large it grew. */
export function runWatched(
  program: string,
  args: readonly string[],
  timeoutMs: number,
): { readonly output: string; readonly wallMs: number; readonly peakMegabytes: number } {
  const started = performance.now();
  const text = execFileSync(limitBinary('watch'), [program, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: timeoutMs,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const wallMs = performance.now() - started;
  const end = text.lastIndexOf('\n', text.length - 2);
  return { output: text.slice(0, end + 1), wallMs, peakMegabytes: Number(text.slice(end + 1)) / 1024 };
}

const compiled = new Set<string>();

function limitBinary(program: string): string {
  const binary = join(benchFolder, 'limit', program);
  if (compiled.has(program)) return binary;
  mkdirSync(join(benchFolder, 'limit'), { recursive: true });
  const source = join(root, 'bench', 'limit', `${program}.cpp`);
  execFileSync('g++', ['-O3', '-std=c++17', '-o', binary, source], { stdio: 'inherit' });
  compiled.add(program);
  return binary;
}

/** The first line that a command prints about itself, or null when it is not there. */
export function versionOf(command: string, ...args: string[]): string | null {
  if (command.includes('/') && !existsSync(command)) return null;
  try {
    return execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0]!.trim();
  } catch {
    return null;
  }
}
