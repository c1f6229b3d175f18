import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './cluster/child-command.ts';
import { exitWithReason } from './cluster/exit-with-reason.ts';
import { runHaTests } from './cluster/ha-run.ts';
import { requireSystemPackages } from './cluster/system-packages.ts';
import { lastLine, readJestCounts, type StageResult, stageSummary } from './cluster/test-result.ts';

const root = process.cwd();
const folder = join(root, '.run', 'test');

/** A part of the test run: a command, or one of Jest's projects. */
type Stage =
  | { readonly name: string; readonly npm: string; readonly lookAt: string }
  | { readonly name: string; readonly project: string; readonly lookAt: string };

const stages: readonly Stage[] = [
  { name: 'typecheck', npm: 'typecheck', lookAt: 'the compiler messages; alone: npm run typecheck' },
  { name: 'lint', npm: 'lint', lookAt: 'the messages of Biome; npm run format mends most of them' },
  { name: 'knip', npm: 'knip', lookAt: 'unused files, exports or packages; alone: npm run knip' },
  { name: 'unit', project: 'unit', lookAt: 'the failed expectations; alone: npm test' },
  {
    name: 'simulator',
    npm: 'test:simulator',
    lookAt: 'the seed and the trace above (docs/SIMULATOR.md); it replays exactly',
  },
  {
    name: 'contracts',
    project: 'contracts',
    lookAt: 'DynamoDB Local (Java 17); alone: npm run test:contracts',
  },
  { name: 'synth', npm: 'synth', lookAt: 'the messages of the CDK; alone: npm run synth' },
  { name: 'cdk', project: 'cdk', lookAt: 'the template in cdk.out; alone: npm run test:cdk' },
  {
    name: 'ha',
    project: 'ha',
    lookAt: 'the logs of replicas and HAProxy in .run/ha; alone: npm run test:ha',
  },
];

async function test(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.find((name) => !stages.some((stage) => stage.name === name));
  if (unknown !== undefined) {
    throw new Error(`no stage \`${unknown}\`; there are ${stages.map(({ name }) => name).join(', ')}`);
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const results: StageResult[] = [];
  for (const stage of stages.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    results.push(await run(stage, results.length + 1));
  }
  console.log(`\n${stageSummary(results)}`);
  process.exitCode = results.some(({ ok }) => !ok) ? 1 : 0;
  console.log(lastLine(results));
}

async function run(stage: Stage, number: number): Promise<StageResult> {
  console.log(`\n=== ${number}. ${stage.name}`);
  const startedAt = performance.now();
  const output = join(folder, `${stage.name}.json`);
  const exitStatus = await attempt(stage, output);
  const seconds = (performance.now() - startedAt) / 1_000;
  const counts = 'project' in stage ? readJestCounts(output) : { passed: 0, failed: 0 };
  const ok = exitStatus === 0 && counts.failed === 0;
  console.log(`=== ${stage.name}: ${ok ? 'ok' : 'FAILED'} in ${seconds.toFixed(1)} s`);
  if (!ok) console.log(`=== look at ${stage.lookAt}`);
  const { name, lookAt } = stage;
  return { name, lookAt, ok, seconds, passed: counts.passed, failed: ok ? 0 : Math.max(1, counts.failed) };
}

/** Exit status of the stage; what it needs from the system is installed just before it is needed. */
async function attempt(stage: Stage, output: string): Promise<number> {
  if ('npm' in stage) return runChild('npm', ['run', '--silent', stage.npm], stageLimitMs);
  const parameters = ['--ci', '--json', `--outputFile=${output}`];
  try {
    if (stage.project === 'ha') return await runHaTests(root, parameters);
    if (stage.project === 'contracts') requireSystemPackages();
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    return 1;
  }
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  return runChild(process.execPath, [jest, `--selectProjects=${stage.project}`, ...parameters], stageLimitMs);
}

const stageLimitMs = 15 * 60_000;

await exitWithReason(() => test(process.argv.slice(2)));
