import { type BenchReplica, startBenchReplica } from './bench-replica.ts';

const measuredMs = 40_000;

/** Units that replicas use while nothing happens, per replica and hour: alone, and three with one lease wanted by all. */
export async function benchIdle(endpoint: string): Promise<void> {
  console.log(`\nidle cost per replica and hour (measured over ${measuredMs / 1_000} s)`);
  for (const { count, lease } of [
    { count: 1, lease: false },
    { count: 3, lease: false },
    { count: 3, lease: true },
  ]) {
    const replicas: BenchReplica[] = [];
    for (let index = 0; index < count; index += 1) {
      replicas.push(await startBenchReplica(endpoint, `idle-${count}-${lease}`));
    }
    if (lease) {
      for (const { replication } of replicas)
        replication.leases.keep('poll', { onAcquired() {}, onLost() {} });
    }
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const before = replicas.map(({ units }) => ({ ...units }));
    await new Promise((resolve) => setTimeout(resolve, measuredMs));
    const read = replicas.reduce((sum, { units }, index) => sum + units.read - (before[index]?.read ?? 0), 0);
    const write = replicas.reduce(
      (sum, { units }, index) => sum + units.write - (before[index]?.write ?? 0),
      0,
    );
    const perHour = 3_600_000 / measuredMs / count;
    console.log(
      `  ${count} replica(s)${lease ? ', one lease' : ''}: ${Math.round(read * perHour)} read units, ` +
        `${Math.round(write * perHour)} write units`,
    );
    for (const replica of replicas) await replica.stop();
  }
}
