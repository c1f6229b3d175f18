import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../cluster/ha-figures.ts';
import type { FaultyCluster } from './faulty-cluster.ts';
import { loadPolicy, MixedLoad, type MixedReport } from './mixed-load.ts';
import { PropagationProbe, type Units, UnitsProbe } from './probes.ts';
import type { Scenario } from './scenarios.ts';

/** One scenario's line of the report; durations in milliseconds. */
export interface ScenarioFigures {
  readonly title: string;
  readonly seconds: number;
  readonly load: MixedReport;
  readonly longestGapMs: { readonly reads: number; readonly writes: number };
  readonly staleness: readonly [number, number, number];
  readonly propagation: readonly [number, number];
  readonly units: Units;
  /** Acknowledged writes that some replica does not show in the end. */
  readonly lost: number;
  /** Whether all replicas have the same digest at the same sequence in the end. */
  readonly equal: boolean;
}

/** Runs a scenario under load and measures; the load starts before and ends after it. */
export async function measure(cluster: FaultyCluster, scenario: Scenario): Promise<ScenarioFigures> {
  const { name, title } = scenario;
  const units = await UnitsProbe.start(cluster);
  const load = new MixedLoad({
    name,
    withRetries: cluster.withRetries,
    withoutRetries: cluster.withoutRetries,
  });
  const propagation = new PropagationProbe(cluster, name);
  const startedAt = performance.now();
  await delay(1_000);
  await scenario.run(cluster);
  await delay(1_000);
  const [report, seen] = await Promise.all([load.stop(), propagation.stop()]);
  const seconds = (performance.now() - startedAt) / 1_000;
  const billed = await units.stop();
  const { withRetries } = report;
  return {
    title,
    seconds,
    load: report,
    longestGapMs: { reads: withRetries.reads.longestGapMs, writes: withRetries.writes.longestGapMs },
    staleness: [0.5, 0.99, 0.999].map((part) => quantile(report.stalenessMs, part)) as [
      number,
      number,
      number,
    ],
    propagation: [0.5, 0.99].map((part) => quantile(seen.durationsMs, part)) as [number, number],
    units: billed,
    lost: await lostWrites(cluster, report.acknowledged),
    equal: await equalDigests(cluster),
  };
}

async function lostWrites(cluster: FaultyCluster, acknowledged: readonly string[]): Promise<number> {
  const missing = await Promise.all(
    cluster.running.map(async (k) => {
      const client = cluster.replica(k);
      const present = new Set(await client.rules(loadPolicy));
      client.close();
      return acknowledged.filter((fact) => !present.has(fact)).length;
    }),
  );
  return Math.max(...missing);
}

/** Nobody writes any more: all have the same sequence after a linearizable read. */
async function equalDigests(cluster: FaultyCluster): Promise<boolean> {
  const seen = await Promise.all(
    cluster.running.map(async (k) => {
      const client = cluster.replica(k);
      await client.askRows(loadPolicy, 'q');
      const { applied, catalogDigest } = await client.health();
      client.close();
      return `${String(applied)} ${String(catalogDigest)}`;
    }),
  );
  return new Set(seen).size === 1;
}
