import type { Sequence } from '../../service/base/ids.ts';
import { Cluster, never, policyNames } from './cluster.ts';

const linearizable = { kind: 'linearizable', explicit: false } as const;
const explicit = { kind: 'linearizable', explicit: true } as const;
const bounded = { kind: 'bounded' } as const;
const atLeast = (sequence: number) => ({ kind: 'at-least', sequence: sequence as Sequence }) as const;
const unreachable = { kind: 'unavailable', reason: 'unreachable' } as const;

describe('a linearizable read', () => {
  it('sees a write that another replica acknowledged before it came', async () => {
    const cluster = await Cluster.ready(2);
    for (const name of ['a', 'b', 'c']) {
      await cluster.write(0, cluster.policy(name));
      const passed = cluster.replica(1).port.awaitConsistency(linearizable, never);
      expect(await cluster.clock.run(passed)).toEqual({ stale: false });
      expect(policyNames(cluster.replica(1).port)).toContain(name);
    }
    await cluster.stop();
  });

  it('waits until the record is visible, not only the head', async () => {
    const cluster = await Cluster.ready(2);
    const torn = { kind: 'torn', records: 1 } as const;
    cluster.replica(1).faults.once('read-records', torn, torn, torn, torn);
    await cluster.write(0, cluster.policy('a'));
    await cluster.clock.run(cluster.replica(1).port.awaitConsistency(explicit, never));
    expect(policyNames(cluster.replica(1).port)).toContain('a');
    await cluster.stop();
  });

  it('is answered stale while the store is away, an explicit one is refused, both soon', async () => {
    const cluster = await Cluster.ready(1);
    const { port, faults } = cluster.replica(0);
    faults.always('every', { kind: 'slow', beforeMs: 1e9, afterMs: 0 });
    const startMs = cluster.clock.monotonicMs();
    expect(await cluster.clock.run(port.awaitConsistency(linearizable, never))).toEqual({ stale: true });
    expect(cluster.clock.monotonicMs() - startMs).toBeLessThanOrEqual(1_500);
    const laterMs = cluster.clock.monotonicMs();
    expect(await cluster.clock.run(port.awaitConsistency(linearizable, never))).toEqual({ stale: true });
    await expect(cluster.clock.run(port.awaitConsistency(explicit, never))).rejects.toMatchObject({
      code: 'read-not-fresh',
    });
    expect(cluster.clock.monotonicMs()).toBe(laterMs);
    faults.heal();
    await cluster.clock.advance(3_000);
    expect(await cluster.clock.run(port.awaitConsistency(explicit, never))).toEqual({ stale: false });
    await cluster.stop();
  });

  it('is refused when this replica cannot catch up in time although the store answers', async () => {
    const cluster = await Cluster.ready(2);
    cluster.replica(1).faults.always('read-records', { kind: 'slow', beforeMs: 4_000, afterMs: 0 });
    await cluster.write(0, cluster.policy('a'));
    const read = cluster.replica(1).port.awaitConsistency(linearizable, never);
    await expect(cluster.clock.run(read)).rejects.toMatchObject({
      code: 'read-not-fresh',
      retryAfterMs: 1_000,
    });
    cluster.replica(1).faults.heal();
    await cluster.stop();
  });

  it('is never answered with old data after this process stood still', async () => {
    const cluster = await Cluster.ready(2);
    const { port, faults } = cluster.replica(1);
    // A poll is under way when the process stops: its answer and its deadline come at the same moment.
    faults.once('read-head', { kind: 'slow', beforeMs: 0, afterMs: 1e9 });
    await cluster.clock.advance(600);
    await cluster.write(0, cluster.policy('a'));
    cluster.clock.stall(30_000);
    const read = port.awaitConsistency(linearizable, never);
    expect(await cluster.clock.run(read)).toEqual({ stale: false });
    expect(policyNames(port)).toContain('a');
    await cluster.stop();
  });

  it('stops waiting when its client is gone', async () => {
    const cluster = await Cluster.ready(1);
    cluster.replica(0).faults.always('read-head', { kind: 'slow', beforeMs: 500, afterMs: 0 });
    const client = new AbortController();
    const read = cluster.replica(0).port.awaitConsistency(linearizable, client.signal);
    client.abort(new Error('gone'));
    await expect(read).rejects.toThrow('gone');
    cluster.replica(0).faults.heal();
    await cluster.stop();
  });
});

describe('a read of at least a sequence', () => {
  it('passes at once when it is applied, and pulls at once when it is not', async () => {
    const cluster = await Cluster.ready(2);
    const { sequence } = await cluster.write(0, cluster.policy('a'));
    const startMs = cluster.clock.monotonicMs();
    await cluster.clock.run(cluster.replica(1).port.awaitConsistency(atLeast(sequence), never));
    expect(cluster.clock.monotonicMs()).toBe(startMs);
    expect(policyNames(cluster.replica(1).port)).toContain('a');
    await cluster.stop();
  });

  it('that is not there is refused after the wait limit, and does not disturb the follower', async () => {
    const cluster = await Cluster.ready(2);
    const { port } = cluster.replica(1);
    const read = port.awaitConsistency(atLeast(1_000_000), never);
    await expect(cluster.clock.run(read)).rejects.toMatchObject({ code: 'read-not-fresh' });
    expect(cluster.clock.monotonicMs()).toBeGreaterThanOrEqual(2_000);
    expect(port.health().head).toBe(1);
    await cluster.write(0, cluster.policy('a'));
    await cluster.clock.advance(600);
    expect(port.applied()).toBe(2);
    await cluster.stop();
  });
});

describe('a bounded read', () => {
  it('never asks the store', async () => {
    const cluster = await Cluster.ready(1);
    const { port, faults } = cluster.replica(0);
    expect(await port.awaitConsistency(bounded, never)).toEqual({ stale: false });
    faults.always('every', unreachable);
    await cluster.clock.advance(2_000);
    expect(await port.awaitConsistency(bounded, never)).toEqual({ stale: true });
    await cluster.stop();
  });
});

describe('a read that waits when the replica stops', () => {
  it('is refused as unavailable, not as a failure of the server', async () => {
    const cluster = await Cluster.ready(1);
    const { port, faults, replication } = cluster.replica(0);
    faults.always('read-head', { kind: 'slow', beforeMs: 900, afterMs: 0 });
    const read = port.awaitConsistency(explicit, never);
    const refused = expect(read).rejects.toMatchObject({ code: 'replica-stopping', kind: 'unavailable' });
    await cluster.clock.run(replication.stop());
    await refused;
  });
});

describe('a read that waits while the process is stopped', () => {
  it('is answered when it goes on, not refused for the time that it slept', async () => {
    const cluster = await Cluster.ready(2);
    await cluster.write(0, cluster.policy('a'));
    cluster.replica(1).faults.once('read-records', { kind: 'slow', beforeMs: 2_400, afterMs: 0 });
    const read = cluster.replica(1).port.awaitConsistency(explicit, never);
    await cluster.clock.settle();
    cluster.clock.stall(5_000);
    expect(await cluster.clock.run(read)).toEqual({ stale: false });
    expect(policyNames(cluster.replica(1).port)).toContain('a');
    await cluster.stop();
  });
});
