import { setTimeout as delay } from 'node:timers/promises';
import { replicaName } from '../../scripts/cluster/cluster-plan.ts';
import type { TestCluster } from './test-cluster.ts';

/** Waits until every replica gets requests from the balancer; throws when one does not. */
export async function settled(cluster: TestCluster): Promise<void> {
  for (const [index] of cluster.replicas.entries()) await servesAgain(cluster, index + 1);
}

/** Waits until this replica answers a request that came through the balancer; throws when it does not. */
export async function servesAgain(cluster: TestCluster, k: number): Promise<void> {
  const endMs = performance.now() + servesWithinMs;
  while (performance.now() < endMs) {
    const answer = await cluster.balancer.http.send({ path: '/v1/policies' });
    if (answer.status === 200 && answer.headers['served-by'] === replicaName(k)) return;
    await delay(10);
  }
  throw new Error(`the balancer sends nothing to ${replicaName(k)}`);
}

const servesWithinMs = 20_000;
