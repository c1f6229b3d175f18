import { setTimeout as delay } from 'node:timers/promises';
import type { ProxyFault } from './fault-proxy.ts';
import { type FaultyCluster, replicasMax } from './faulty-cluster.ts';

/** Something that happens to a cluster of three replicas under load; it has three again when it is over. */
export interface Scenario {
  /** A word, also in names of tables. */
  readonly name: string;
  readonly title: string;
  run(cluster: FaultyCluster): Promise<void>;
}

const replicas = [1, 2, 3] as const;
/** Between two faults: until the balancers have noticed that all is well. */
const restMs = 3_000;

/** All scenarios; `outageMs`: how long the database is away. */
export function scenariosWith({ outageMs }: { readonly outageMs: number }): readonly Scenario[] {
  return [
    { name: 'calm', title: 'nothing happens', run: () => delay(15_000) },
    { name: 'kill', title: 'kill -9 of each replica, started again 3 s later', run: killEach },
    { name: 'term', title: 'SIGTERM and start of each replica: a rolling restart of all', run: restartEach },
    { name: 'stop', title: 'SIGSTOP of each replica for 5 s', run: pauseEach },
    {
      name: 'outage',
      title: `DynamoDB killed, and started again ${Math.round(outageMs / 1_000)} s later`,
      run: (cluster) => databaseAway(cluster, outageMs),
    },
    way('latency', '200 to 400 ms latency between replica 3 and DynamoDB for 10 s', {
      kind: 'latency',
      delayMs: 100,
      jitterMs: 100,
    }),
    way('reset', 'every connection between replica 3 and DynamoDB reset for 10 s', { kind: 'reset' }),
    way('hole', 'nothing gets through between replica 3 and DynamoDB for 10 s', { kind: 'black-hole' }),
    way('closed', 'replica 3 cannot connect to DynamoDB for 10 s', { kind: 'closed' }),
    { name: 'scale', title: `3 replicas, then ${replicasMax}, then 3`, run: scale },
  ];
}

async function killEach(cluster: FaultyCluster): Promise<void> {
  for (const k of replicas) {
    await cluster.kill(k);
    await delay(3_000);
    await cluster.startReplica(k);
    await delay(restMs);
  }
}

async function restartEach(cluster: FaultyCluster): Promise<void> {
  for (const k of replicas) {
    await cluster.terminate(k);
    await cluster.startReplica(k);
    await delay(restMs);
  }
}

async function pauseEach(cluster: FaultyCluster): Promise<void> {
  for (const k of replicas) {
    cluster.pause(k);
    await delay(5_000);
    cluster.resume(k);
    await delay(restMs);
  }
}

async function databaseAway(cluster: FaultyCluster, outageMs: number): Promise<void> {
  await delay(2_000);
  await cluster.killDatabase();
  await delay(outageMs);
  await cluster.startDatabase();
  await delay(8_000);
}

function way(name: string, title: string, fault: ProxyFault): Scenario {
  const run = async ({ proxies }: FaultyCluster): Promise<void> => {
    const proxy = proxies[2]!;
    await delay(2_000);
    proxy.fault = fault;
    await delay(10_000);
    proxy.heal();
    await delay(5_000);
  };
  return { name, title, run };
}

async function scale(cluster: FaultyCluster): Promise<void> {
  const more = Array.from({ length: replicasMax - 3 }, (_, index) => 4 + index);
  for (const k of more) await cluster.startReplica(k);
  await delay(restMs);
  for (const k of more.reverse()) await cluster.terminate(k);
  await delay(restMs);
}
