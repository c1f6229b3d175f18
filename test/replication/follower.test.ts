import type { Sequence } from '../../service/base/ids.ts';
import type { ChangeRecord, StateStore } from '../../service/store/state-store.ts';
import { Cluster, never, overridden, policyNames } from './cluster.ts';

/** A store that shows a hole in the log once: the record after the wanted one is there, that one not yet. */
function withHoleOnce(store: StateStore): StateStore {
  let holes = 1;
  return overridden(store, {
    readRecords: async (options): Promise<readonly ChangeRecord[]> => {
      const records = await store.readRecords(options);
      if (records.length < 2 || holes === 0) return records;
      holes -= 1;
      return records.slice(1);
    },
  });
}

describe('the follower', () => {
  it('sees at its next poll what another replica committed', async () => {
    const cluster = await Cluster.ready(2);
    await cluster.write(0, cluster.policy('a'));
    expect(policyNames(cluster.replica(1).port)).not.toContain('a');
    await cluster.clock.advance(550);
    expect(policyNames(cluster.replica(1).port)).toContain('a');
    await cluster.stop();
  });

  it('waits when the head is visible before the record', async () => {
    const cluster = await Cluster.ready(2);
    const torn = { kind: 'torn', records: 1 } as const;
    cluster.replica(1).faults.once('read-records', torn, torn, torn);
    await cluster.write(0, cluster.policy('a'));
    await cluster.clock.advance(550);
    await cluster.converge();
    expect(policyNames(cluster.replica(1).port)).toContain('a');
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('applies nothing after a hole before the hole is filled', async () => {
    const cluster = await Cluster.ready(2, { wrapStore: withHoleOnce });
    await cluster.write(0, cluster.policy('a'));
    await cluster.write(0, cluster.policy('b'));
    await cluster.converge();
    expect(policyNames(cluster.replica(1).port)).toEqual(['classification', 'action', 'a', 'b']);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('applies no record before it has read a head that counts it', async () => {
    const cluster = await Cluster.ready(2);
    const { port, faults } = cluster.replica(1);
    faults.always('read-head', { kind: 'stale-head', behind: 1 });
    await cluster.write(0, cluster.policy('a'));
    await cluster.write(0, cluster.policy('b'));
    await cluster.clock.advance(2_000);
    expect(port.applied()).toBe(2);
    faults.heal();
    await cluster.converge();
    expect(policyNames(port)).toContain('b');
    await cluster.stop();
  });

  it('ignores a head that goes back', async () => {
    const cluster = await Cluster.ready(2);
    await cluster.write(0, cluster.policy('a'));
    await cluster.converge();
    cluster.replica(1).faults.always('read-head', { kind: 'stale-head', behind: 1 });
    await cluster.clock.advance(2_000);
    expect(cluster.replica(1).port.applied()).toBe(2);
    expect(policyNames(cluster.replica(1).port)).toContain('a');
    await cluster.stop();
  });

  it('loads everything anew when its place in the log was trimmed, and serves on meanwhile', async () => {
    const cluster = await Cluster.ready(2);
    await cluster.write(0, cluster.policy('a'));
    await cluster.converge();
    cluster.replica(1).faults.always('every', { kind: 'unavailable', reason: 'unreachable' });
    for (const name of ['b', 'c', 'd']) await cluster.write(0, cluster.policy(name));
    cluster.store.trimThrough(4 as Sequence);
    cluster.replica(1).faults.heal();
    const seen: (readonly string[])[] = [];
    await cluster.until(() => {
      seen.push(policyNames(cluster.replica(1).port));
      return cluster.replica(1).port.applied() === 5;
    });
    expect(seen.every((names) => names.includes('a'))).toBe(true);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('stops at a record of a newer build: not ready, with the reason, but readable', async () => {
    const cluster = await Cluster.ready(1);
    const { port } = cluster.replica(0);
    const record = {
      sequence: 2 as Sequence,
      commitId: 'newer' as ChangeRecord['commitId'],
      writer: 'newer build',
      committedAtMs: 0,
      formatVersion: 99,
      changes: [{ kind: 'unheard-of' }],
    };
    await cluster.store.commit({ record, writes: [] }, never);
    await cluster.clock.advance(1_000);
    expect(port.health()).toMatchObject({ ready: false, applied: 1 });
    expect(port.health().reasons.join()).toContain('format version 99');
    expect(policyNames(port)).toEqual(['classification', 'action']);
    expect(await port.awaitConsistency({ kind: 'linearizable', explicit: false }, never)).toEqual({
      stale: true,
    });
    await expect(cluster.write(0, cluster.policy('a'))).rejects.toMatchObject({
      code: 'write-not-committed',
    });
    await cluster.stop();
  });

  it('brings the rows of replaced tables to every replica, the last version only', async () => {
    const cluster = await Cluster.ready(2);
    await cluster.write(0, cluster.dataSource('cloud', { servers: ['id', 'size'] }));
    await cluster.converge();
    const relation = { policy: 'cloud', table: 'servers', arity: 2, modal: null } as const;
    for (const rows of [
      [['a', 1n]],
      [['b', 2n]],
      [
        ['c', 3n],
        ['d', 4n],
      ],
    ]) {
      const request = { dataSource: 'cloud', table: 'servers', rows };
      await cluster.clock.run(cluster.replica(0).port.replaceRows(request, { signal: never }));
      expect(cluster.replica(0).port.engine.rows(relation).length).toBe(rows.length);
    }
    await cluster.converge();
    const rows = [...cluster.replica(1).port.engine.rows(relation)].sort();
    expect(rows).toEqual([
      ['c', 3n],
      ['d', 4n],
    ]);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('loads everything anew when the rows of a record have expired', async () => {
    const cluster = await Cluster.ready(2);
    await cluster.write(0, cluster.dataSource('cloud', { servers: ['id'] }));
    const push = (id: string) => {
      const request = { dataSource: 'cloud', table: 'servers', rows: [[id]] };
      return cluster.clock.run(cluster.replica(0).port.replaceRows(request, { signal: never }));
    };
    await cluster.converge();
    cluster.replica(1).faults.always('every', { kind: 'unavailable', reason: 'unreachable' });
    cluster.replica(1).rowFaults.once('read-chunks', { kind: 'expired' });
    await push('a');
    cluster.replica(1).faults.heal();
    await cluster.converge();
    const relation = { policy: 'cloud', table: 'servers', arity: 1, modal: null } as const;
    expect(cluster.replica(1).port.engine.rows(relation)).toEqual([['a']]);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('polls a store that is away at the same rate, and comes back by itself', async () => {
    const cluster = await Cluster.ready(1);
    const { port, faults } = cluster.replica(0);
    faults.always('every', { kind: 'unavailable', reason: 'unreachable' });
    await cluster.clock.advance(10_000);
    expect(port.health().ready).toBe(true);
    expect(port.health().reasons.join()).toMatch(/store unreachable for \d+ s/);
    expect(port.stalenessMs()).toBeGreaterThan(9_000);
    faults.heal();
    await cluster.clock.advance(1_200);
    expect(port.health().reasons).toEqual([]);
    expect(port.stalenessMs()).toBeLessThan(1_200);
    await cluster.stop();
  });
});
