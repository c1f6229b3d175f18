import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import type { ScenarioFigures } from './measured-scenario.ts';
import { readsPerSecond, writesPerSecond } from './mixed-load.ts';

/** docs/HA-REPORT.md. */
export function reportText(
  figures: readonly ScenarioFigures[],
  about: { readonly commit: string; readonly haproxy: string },
): string {
  return [
    '# HA report',
    '',
    'Written by `npm run ha`: real processes on one machine, DynamoDB Local, two HAProxy before the same replicas (one',
    'tries again elsewhere, the other does not). What each scenario does is in `scripts/ha-report/scenarios.ts`.',
    '',
    `- ${new Date().toISOString().slice(0, 16)}Z, commit ${about.commit}, Node ${process.version}, ${versionOf(about.haproxy, '-v')},`,
    `  ${cpus().length} processors, load average ${loadavg()[0]?.toFixed(1)} at the end (other work ran beside it)`,
    `- load in every scenario, per balancer: ${readsPerSecond} reads/s (half from memory) and ${writesPerSecond} writes/s; those through the`,
    '  balancer with retries carry an `Idempotency-Key`, the others do not',
    '',
    '## Requests',
    '',
    'Failed: any answer but the right one, 503 too. Lost: acknowledged, and missing on some replica in the end.',
    '',
    '| scenario | s | reads, failed with / without retries | writes, failed with / without retries | answered 503 | lost | replicas equal |',
    '|---|---|---|---|---|---|---|',
    ...figures.map(requestsRow),
    '',
    '## Times',
    '',
    'In milliseconds. Longest gap: between two good answers through the balancer with retries. Staleness: as answers from',
    'memory said (p50 / p99 / p99.9). Propagation: from the acknowledgement until another replica shows the change from',
    'memory (p50 / p99); the poll interval is 500 ms. Units: billed by DynamoDB Local to all replicas, with the load.',
    '',
    '| scenario | longest gap reads / writes | staleness | marked stale | propagation | read / write units |',
    '|---|---|---|---|---|---|',
    ...figures.map(timesRow),
    '',
  ].join('\n');
}

function requestsRow({ title, seconds, load, lost, equal }: ScenarioFigures): string {
  const { withRetries, withoutRetries, refusedWrites } = load;
  const reads = withRetries.reads.sent + withoutRetries.reads.sent;
  const writes = withRetries.writes.sent + withoutRetries.writes.sent;
  const cells = [
    title,
    seconds.toFixed(0),
    `${reads}, ${withRetries.reads.failed} / ${withoutRetries.reads.failed}`,
    `${writes}, ${withRetries.writes.failed} / ${withoutRetries.writes.failed}`,
    String(refusedWrites),
    String(lost),
    equal ? 'yes' : 'NO',
  ];
  return `| ${cells.join(' | ')} |`;
}

function timesRow({ title, longestGapMs, staleness, load, propagation, units }: ScenarioFigures): string {
  const cells = [
    title,
    `${whole(longestGapMs.reads)} / ${whole(longestGapMs.writes)}`,
    staleness.map(whole).join(' / '),
    String(load.markedStale),
    propagation.map(whole).join(' / '),
    `${whole(units.read)} / ${whole(units.write)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function whole(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value)) : '-';
}

function versionOf(command: string, option: string): string {
  const [first = command] = execFileSync(command, [option], { encoding: 'utf8' }).split('\n');
  return first.split(' 20')[0]!.trim();
}
