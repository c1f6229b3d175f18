/**
 * Benchmarks, one subcommand each: `npm run bench -- engine`. Arguments after the name go to it.
 */
import { benchApi } from '../bench/api.ts';
import { benchEngine } from '../bench/engine.ts';
import { benchReplication } from '../bench/replication.ts';

/** To add one, add its line. */
const benchmarks: Readonly<Record<string, (args: readonly string[]) => void | Promise<void>>> = {
  api: benchApi,
  engine: benchEngine,
  replication: benchReplication,
};

const [name = '', ...rest] = process.argv.slice(2);
const benchmark = benchmarks[name];
if (benchmark === undefined) {
  console.error(`usage: npm run bench -- <${Object.keys(benchmarks).join('|')}> [options]`);
  process.exitCode = 2;
} else {
  await benchmark(rest);
}
