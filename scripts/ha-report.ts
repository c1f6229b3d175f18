import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { mustBe } from '../test/support/congress-client.ts';
import { exitWithReason } from './cluster/exit-with-reason.ts';
import { ensureFreshBuild } from './cluster/fresh-build.ts';
import { haproxyPath, requireSystemPackages } from './cluster/system-packages.ts';
import { FaultyCluster } from './ha-report/faulty-cluster.ts';
import { measure, type ScenarioFigures } from './ha-report/measured-scenario.ts';
import { loadPolicy } from './ha-report/mixed-load.ts';
import { reportText } from './ha-report/report-text.ts';
import { scenariosWith } from './ha-report/scenarios.ts';

/**
 * `npm run ha [-- --outage SECONDS] [--only name,name] [--report FILE]`: real faults on real processes of this machine;
 * writes docs/HA-REPORT.md, or another file. Exit status 1 when a write was lost or replicas differ.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      outage: { type: 'string', default: '300' },
      only: { type: 'string' },
      report: { type: 'string', default: 'docs/HA-REPORT.md' },
    },
  });
  const root = process.cwd();
  requireSystemPackages();
  ensureFreshBuild(root);
  const only = values.only?.split(',');
  const scenarios = scenariosWith({ outageMs: Number(values.outage) * 1_000 }).filter(
    ({ name }) => only === undefined || only.includes(name),
  );
  const figures: ScenarioFigures[] = [];
  const cluster = await FaultyCluster.start(root, 'report');
  try {
    mustBe(201, await cluster.withRetries.createPolicy(loadPolicy, ['p(1)', 'q(x) :- p(x)']));
    await everywhere(cluster);
    for (const scenario of scenarios) {
      console.log(`=== ${scenario.name}: ${scenario.title}`);
      const measured = await measure(cluster, scenario);
      figures.push(measured);
      show(measured);
    }
  } finally {
    await cluster.stop();
  }
  const commit = execFileSync('git', lastServerCommit, { encoding: 'utf8' }).trim();
  writeFileSync(values.report, reportText(figures, { commit, haproxy: haproxyPath() ?? 'haproxy' }));
  if (figures.some(({ lost, equal }) => lost > 0 || !equal)) process.exitCode = 1;
}

/** What ran is what is under service/. */
const lastServerCommit = ['log', '-1', '--format=%h', '--', 'service'];

/**
 * Reads from memory find the policy on every replica from now on, and writing is quick: a Java machine that has just
 * started takes a hundred times as long for its first transactions.
 */
async function everywhere(cluster: FaultyCluster): Promise<void> {
  const endMs = performance.now() + 20_000;
  for (let n = 0, quick = 0; quick < 20 && performance.now() < endMs; n += 1) {
    const { durationMs } = await cluster.withRetries.insertRule(loadPolicy, `warm(${n})`);
    quick = durationMs < 100 ? quick + 1 : 0;
  }
  for (const k of cluster.running) {
    const client = cluster.replica(k);
    mustBe(200, await client.askRows(loadPolicy, 'q'));
    client.close();
  }
}

function show({ load, lost, equal, longestGapMs, propagation }: ScenarioFigures): void {
  for (const side of ['withRetries', 'withoutRetries'] as const) {
    const { reads, writes } = load[side];
    console.log(
      `${side}: ${reads.sent} reads, ${reads.failed} failed; ${writes.sent} writes, ${writes.failed} failed`,
    );
    for (const failure of [...reads.failures.slice(0, 3), ...writes.failures.slice(0, 3)])
      console.log(`  ${failure}`);
  }
  const gaps = `longest gap ${Math.round(longestGapMs.reads)} ms for reads, ${Math.round(longestGapMs.writes)} ms for writes`;
  console.log(
    `${gaps}; propagation ${propagation.map(Math.round).join(' / ')} ms; lost ${lost}; equal ${equal}`,
  );
}

await exitWithReason(main);
