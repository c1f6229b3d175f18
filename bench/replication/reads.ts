import { setMaxListeners } from 'node:events';
import type { Consistency, ReplicaPort } from '../../service/replication/replica-port.ts';
import { startBenchReplica } from './bench-replica.ts';
import { policyOf } from './wishes.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const durationMs = 4_000;

const linearizable: Consistency = { kind: 'linearizable', explicit: true };
const bounded: Consistency = { kind: 'bounded' };

/** Reads per second of one replica, linearizable and bounded, by how many ask at a time. */
export async function benchReads(endpoint: string): Promise<void> {
  const { replication, units, stop } = await startBenchReplica(endpoint, 'reads');
  const { port } = replication;
  await port.write(policyOf('p', ['q(1)', 'q(2)', 'r(x) :- q(x)']), { signal: never });
  console.log('\nreads of one replica (gate and catalog, without HTTP)');
  for (const asking of [1, 16, 256]) {
    for (const [name, consistency] of [
      ['linearizable', linearizable],
      ['bounded', bounded],
    ] as const) {
      const before = units.read;
      const reads = await readsOf(port, { asking, consistency });
      const perSecond = Math.round(reads / (durationMs / 1_000));
      const cost = ((units.read - before) / reads).toFixed(3);
      console.log(`  ${asking} at a time, ${name}: ${perSecond}/s, ${cost} read units each`);
    }
  }
  await stop();
}

async function readsOf(
  port: ReplicaPort,
  options: { readonly asking: number; readonly consistency: Consistency },
): Promise<number> {
  const endMs = performance.now() + durationMs;
  let reads = 0;
  const reader = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await port.awaitConsistency(options.consistency, never);
      if (port.catalog.policyByName('p') === undefined) throw new Error('the policy is gone');
      reads += 1;
      // A bounded read waits for nothing: others must have their turn.
      if (reads % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: options.asking }, reader));
  return reads;
}
