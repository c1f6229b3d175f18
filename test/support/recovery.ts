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

/**
 * Writes facts to this policy until writing is quick: a Java machine that has just started takes a hundred times
 * as long for its first transactions, which is not what the tests are about.
 */
export async function warmedUp(cluster: TestCluster, policy: string): Promise<void> {
  const endMs = performance.now() + warmWithinMs;
  for (let n = 0, quick = 0; quick < 10 && performance.now() < endMs; n += 1) {
    const { durationMs } = await cluster.balancer.insertRule(policy, `warm(${n})`);
    quick = durationMs < quickMs ? quick + 1 : 0;
  }
}

const warmWithinMs = 10_000;
const quickMs = 60;
const servesWithinMs = 20_000;
