import type { Sequence } from '../../service/base/ids.ts';
import { DigestCheck } from '../../service/replication/digest-check.ts';
import { type Heartbeat, heartbeatFrom, heartbeatPartition } from '../../service/replication/heartbeat.ts';
import type { StateStore } from '../../service/store/state-store.ts';
import { Cluster, type ClusterOptions, never, overridden, policyNames } from './cluster.ts';

const withHeartbeats: ClusterOptions = { settings: { heartbeatIntervalMs: 5_000 } };
const away = { kind: 'unavailable', reason: 'unreachable' } as const;

async function stored(cluster: Cluster): Promise<readonly Heartbeat[]> {
  const entities = await cluster.store.readPartition(heartbeatPartition, never);
  return entities.map(heartbeatFrom).filter((heartbeat) => heartbeat !== null);
}

function reached(cluster: Cluster, sequence: number, waitMs = 10_000) {
  const { system } = cluster.replica(0).replication;
  return cluster.clock.run(system.fleet.reached(sequence as Sequence, { waitMs, signal: never }));
}

describe('the fleet', () => {
  it('is listed with what each replica has applied, holds and is', async () => {
    const cluster = await Cluster.ready(3, withHeartbeats);
    cluster.replica(1).replication.leases.keep('poll', { onAcquired() {}, onLost() {} });
    await cluster.write(0, cluster.policy('a'));
    await cluster.clock.advance(6_000);
    const report = await cluster.clock.run(cluster.replica(2).replication.system.fleet.fleet());
    expect(report).toMatchObject({ self: 'replica-3', head: 2, watermark: 2, converged: true, stale: false });
    expect(
      report.members.map(({ replica, applied, live, leases }) => ({ replica, applied, live, leases })),
    ).toEqual([
      { replica: 'replica-1', applied: 2, live: true, leases: [] },
      { replica: 'replica-2', applied: 2, live: true, leases: ['poll'] },
      { replica: 'replica-3', applied: 2, live: true, leases: [] },
    ]);
    expect(new Set(report.members.map(({ digest }) => digest)).size).toBe(1);
    await cluster.stop();
  });

  it('is left by a replica that stops, at once, and by one that is cut off, after three to four intervals', async () => {
    const cluster = await Cluster.ready(3, withHeartbeats);
    await cluster.clock.advance(6_000);
    await cluster.clock.run(cluster.replica(2).replication.stop());
    expect((await stored(cluster)).map(({ replica }) => replica)).toEqual(['replica-1', 'replica-2']);
    cluster.replica(1).faults.always('every', away);
    const live = async () => {
      const { members } = await cluster.clock.run(cluster.replica(0).replication.system.fleet.fleet());
      return members.filter((member) => member.live).map(({ replica }) => replica);
    };
    await cluster.clock.advance(9_000);
    expect(await live()).toEqual(['replica-1', 'replica-2']);
    await cluster.clock.advance(12_000);
    expect(await live()).toEqual(['replica-1']);
    await cluster.stop();
  });

  it('is told of from memory while the store is away, and says so', async () => {
    const cluster = await Cluster.ready(2, withHeartbeats);
    await cluster.clock.advance(6_000);
    cluster.replica(0).faults.always('every', away);
    const report = await cluster.clock.run(cluster.replica(0).replication.system.fleet.fleet());
    expect(report.stale).toBe(true);
    expect(report.members).toHaveLength(2);
    cluster.heal();
    await cluster.stop();
  });

  it('costs one heartbeat per interval while nothing happens, and one per gap at most when much does', async () => {
    let writes = 0;
    const cluster = await Cluster.ready(1, {
      ...withHeartbeats,
      wrapStore: (store) =>
        overridden<StateStore>(store, {
          writeDetached: (given, signal) => {
            if (given.some(({ key }) => key.partition === heartbeatPartition)) writes += 1;
            return store.writeDetached(given, signal);
          },
        }),
    });
    await cluster.clock.advance(2_000);
    writes = 0;
    await cluster.clock.advance(60_000);
    expect(writes).toBeGreaterThanOrEqual(12);
    expect(writes).toBeLessThanOrEqual(15);
    writes = 0;
    for (let count = 0; count < 40; count += 1) {
      await cluster.write(0, cluster.policy(`p${count}`));
      await cluster.clock.advance(100);
    }
    expect(writes).toBeGreaterThanOrEqual(3);
    expect(writes).toBeLessThanOrEqual(6);
    await cluster.stop();
  });
});

describe('waiting for a sequence to reach everyone', () => {
  it('ends soon after the last replica has applied it', async () => {
    const cluster = await Cluster.ready(3, withHeartbeats);
    await cluster.clock.advance(6_000);
    const startedMs = cluster.clock.monotonicMs();
    const { sequence } = await cluster.write(1, cluster.policy('a'));
    expect(await reached(cluster, sequence)).toMatchObject({ reached: true, missing: [], wanted: sequence });
    expect(cluster.clock.monotonicMs() - startedMs).toBeLessThan(2_500);
    for (const { port } of cluster.replicas) expect(policyNames(port)).toContain('a');
    await cluster.stop();
  });

  it('names who has not, and gives up after the time given', async () => {
    const cluster = await Cluster.ready(2, withHeartbeats);
    await cluster.clock.advance(6_000);
    cluster.replica(1).faults.always('read-head', away).always('read-records', away);
    const { sequence } = await cluster.write(0, cluster.policy('a'));
    expect(await reached(cluster, sequence, 3_000)).toMatchObject({ reached: false, missing: ['replica-2'] });
    cluster.heal();
    expect(await reached(cluster, sequence)).toMatchObject({ reached: true });
    await cluster.stop();
  });

  it('does not wait for a replica that is gone', async () => {
    const cluster = await Cluster.ready(2, withHeartbeats);
    await cluster.clock.advance(6_000);
    cluster.replica(1).faults.always('every', away);
    await cluster.clock.advance(21_000);
    const { sequence } = await cluster.write(0, cluster.policy('a'));
    expect(await reached(cluster, sequence, 5_000)).toMatchObject({ reached: true });
    await cluster.stop();
  });
});

describe('a replica that holds something else than the others at the same sequence', () => {
  /** The third replica reads a record that says something else than what was committed. */
  function misreading(broken: { now: boolean }): ClusterOptions['wrapStore'] {
    let made = 0;
    return (store) => {
      made += 1;
      if (made !== 3) return store;
      return overridden<StateStore>(store, {
        readRecords: async (options) => {
          const records = await store.readRecords(options);
          return records.map((record) =>
            broken.now
              ? {
                  ...record,
                  changes: JSON.parse(JSON.stringify(record.changes).replaceAll('right', 'wrong')),
                }
              : record,
          );
        },
      });
    };
  }

  it('is an alarm everywhere, and loads everything anew', async () => {
    const broken = { now: true };
    const cluster = await Cluster.ready(3, { ...withHeartbeats, wrapStore: misreading(broken)! });
    await cluster.write(0, cluster.policy('right'));
    await cluster.converge();
    expect(policyNames(cluster.replica(2).port)).toContain('wrong');
    broken.now = false;
    await cluster.until(() => cluster.replica(0).port.health().reasons.length > 0);
    expect(cluster.replica(0).port.health().reasons[0]).toContain('is not that of replica-3');
    await cluster.until(() => policyNames(cluster.replica(2).port).includes('right'));
    await cluster.until(() => cluster.replicas.every(({ port }) => port.health().reasons.length === 0));
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('is told from one that is only behind', () => {
    const check = new DigestCheck();
    check.remember(7 as Sequence, 'seven');
    check.remember(8 as Sequence, 'eight');
    const at = (replica: string, applied: number, digest: string) =>
      ({ replica, applied: applied as Sequence, digest }) as Heartbeat;
    expect(check.compare([at('b', 7, 'seven'), at('c', 9, 'nine'), at('d', 3, 'three')])).toEqual({
      kind: 'equal',
    });
    expect(check.compare([at('b', 7, 'other'), at('c', 7, 'seven')])).toEqual({
      kind: 'different',
      sequence: 7,
      replicas: ['b'],
      odd: false,
    });
    expect(check.compare([at('b', 8, 'other'), at('c', 8, 'other')])).toMatchObject({ odd: true });
    expect(check.compare([at('b', 8, 'other')])).toMatchObject({ odd: true });
  });
});
