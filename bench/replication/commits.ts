import { setMaxListeners } from 'node:events';
import { type BenchReplica, startBenchReplica } from './bench-replica.ts';
import { policyOf, ruleOf } from './wishes.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const durationMs = 6_000;
const writersWithGroups = 32;

/**
 * Writes per second that are committed, by the number of replicas: with many writers, whose writes go together, and with
 * one writer on each replica, where every write is a commit of its own, as all would be without group commit.
 */
export async function benchCommits(endpoint: string): Promise<void> {
  console.log(`\ncommitted writes`);
  for (const writers of [writersWithGroups, 1]) {
    for (const count of [1, 2, 4]) {
      const prefix = `commits-${writers}-${count}`;
      const replicas: BenchReplica[] = [];
      for (let index = 0; index < count; index += 1) {
        replicas.push(await startBenchReplica(endpoint, prefix));
      }
      await replicas[0]?.replication.port.write(policyOf('p'), { signal: never });
      await writesOf(replicas, { forMs: 1_000, writers, name: 'warm' });
      const sequence = replicas[0]?.replication.port.applied() ?? 0;
      const { writes, p50Ms, p99Ms } = await writesOf(replicas, { forMs: durationMs, writers, name: 'rule' });
      const commits = (replicas[0]?.replication.port.applied() ?? 0) - sequence;
      const seconds = durationMs / 1_000;
      console.log(
        `  ${count} replica(s), ${writers} writer(s) on each: ${Math.round(writes / seconds)} writes/s in ` +
          `${Math.round(commits / seconds)} commits/s, p50 ${Math.round(p50Ms)} ms, p99 ${Math.round(p99Ms)} ms`,
      );
      for (const replica of replicas) await replica.stop();
    }
  }
}

async function writesOf(
  replicas: readonly BenchReplica[],
  options: { readonly forMs: number; readonly writers: number; readonly name: string },
): Promise<{ readonly writes: number; readonly p50Ms: number; readonly p99Ms: number }> {
  const endMs = performance.now() + options.forMs;
  const durations: number[] = [];
  let number = 0;
  const writer = async ({ replication }: BenchReplica): Promise<void> => {
    while (performance.now() < endMs) {
      number += 1;
      const startedMs = performance.now();
      await replication.port.write(ruleOf('p', `${options.name}(${number})`), { signal: never });
      durations.push(performance.now() - startedMs);
    }
  };
  await Promise.all(
    replicas.flatMap((replica) => Array.from({ length: options.writers }, () => writer(replica))),
  );
  durations.sort((left, right) => left - right);
  const at = (part: number): number => durations[Math.floor((durations.length - 1) * part)] ?? 0;
  return { writes: durations.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}
