import { updateDataSource } from '../../service/policy/writes/update-data-source.ts';
import type { TableFeed } from '../../service/replication/table-feeds.ts';
import type { LeaseCondition } from '../../service/store/lease-store.ts';
import type { StateStore } from '../../service/store/state-store.ts';
import { Cluster, type ClusterOptions, never, overridden } from './cluster.ts';

const table = 'servers';

async function polled(mode: 'leased' | 'every-replica', options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await Cluster.ready(2, options);
  await cluster.write(0, cluster.dataSource('nova', { [table]: ['id'] }, mode));
  await cluster.converge();
  return cluster;
}

function idOf(cluster: Cluster): string {
  return cluster.replica(0).port.catalog.dataSourceByName('nova')!.id;
}

function rowsAt(cluster: Cluster, index: number): readonly string[] {
  const { engine } = cluster.replica(index).port;
  return engine.rows({ policy: 'nova', table, arity: 1, modal: null }).map(String).sort();
}

/** Taken over by the second replica while the first believes to hold it. */
async function leases(cluster: Cluster): Promise<readonly [LeaseCondition, LeaseCondition]> {
  const wish = { name: 'poll', durationMs: 8_000 };
  const old = await cluster.store.leases.takeLease({ ...wish, holder: 'replica-1', seen: null }, never);
  const current = await cluster.store.leases.takeLease({ ...wish, holder: 'replica-2', seen: old }, never);
  if (old === null || current === null) throw new Error('the lease was not free');
  return [old, current].map(({ name, generation }) => ({ name, generation })) as [
    LeaseCondition,
    LeaseCondition,
  ];
}

function shared(cluster: Cluster, index: number, lease: LeaseCondition): TableFeed {
  return cluster.replica(index).replication.feeds.shared(idOf(cluster), () => lease);
}

describe('rows polled for all', () => {
  it('reach every replica as a snapshot, then as deltas, then as a new snapshot', async () => {
    const cluster = await polled('leased');
    const lease = (await leases(cluster))[1];
    const feed = shared(cluster, 1, lease);
    expect(feed.current(table)).toBeNull();
    let token = await cluster.clock.run(feed.replace(table, [['a'], ['b']], never));
    for (let round = 0; round < 40; round += 1) {
      expect(feed.current(table)?.token).toBe(token);
      const change = { table, basedOn: token, deleted: [], inserted: [[`row ${round}`]] };
      token = await cluster.clock.run(feed.change(change, never));
    }
    await cluster.converge();
    expect(rowsAt(cluster, 0)).toHaveLength(42);
    expect(rowsAt(cluster, 1)).toEqual(rowsAt(cluster, 0));
    const { catalog } = cluster.replica(0).port;
    const [version] = catalog.tableVersions(catalog.dataSourceByName('nova')!.id);
    expect(version).toMatchObject({ rows: 35, deltas: { count: 7 } });
    cluster.start();
    await cluster.until(() => cluster.replica(2).port.health().ready);
    expect(rowsAt(cluster, 2)).toEqual(rowsAt(cluster, 0));
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('refuse a change that was computed from something else', async () => {
    const cluster = await polled('leased');
    const feed = shared(cluster, 1, (await leases(cluster))[1]);
    const token = await cluster.clock.run(feed.replace(table, [['a']], never));
    await cluster.clock.run(feed.replace(table, [['b']], never));
    const late = feed.change({ table, basedOn: token, deleted: [['a']], inserted: [] }, never);
    await expect(cluster.clock.run(late)).rejects.toMatchObject({ code: 'table-moved' });
    await cluster.stop();
  });

  async function lateHolder(wrapStore?: ClusterOptions['wrapStore']): Promise<Cluster> {
    const cluster = await polled('leased', wrapStore === undefined ? {} : { wrapStore });
    const [old, current] = await leases(cluster);
    await cluster.clock.run(shared(cluster, 1, current).replace(table, [['new']], never));
    await cluster.converge();
    const late = shared(cluster, 0, old).replace(table, [['old']], never);
    await cluster.clock.run(late.catch(() => {}));
    await cluster.converge();
    return cluster;
  }

  it('cannot be overwritten by a former holder; without the fence they are', async () => {
    const cluster = await lateHolder();
    expect([rowsAt(cluster, 0), rowsAt(cluster, 1)]).toEqual([['new'], ['new']]);
    await cluster.stop();
    const unfenced = await lateHolder((store: StateStore) =>
      overridden(store, { commit: ({ record, writes }, signal) => store.commit({ record, writes }, signal) }),
    );
    expect(rowsAt(unfenced, 1)).toEqual(['old']);
    await unfenced.stop();
  });
});

describe('rows that each replica polls for itself', () => {
  it('stay on that replica, outside the digest, and outlive a reload', async () => {
    const cluster = await polled('every-replica');
    const feeds = cluster.replicas.map(({ replication }) => replication.feeds.local(idOf(cluster)));
    await feeds[0]!.replace(table, [['a']], never);
    await feeds[1]!.replace(table, [['a'], ['b']], never);
    expect([rowsAt(cluster, 0), rowsAt(cluster, 1)]).toEqual([['a'], ['a', 'b']]);
    expect(new Set(cluster.digests()).size).toBe(1);
    // The log that replica 1 needs is trimmed away while it is cut off.
    cluster.replica(1).faults.always('every', { kind: 'unavailable', reason: 'unreachable' });
    for (const name of ['p', 'q', 'r']) await cluster.write(0, cluster.policy(name));
    cluster.store.trimThrough(cluster.replica(0).port.applied());
    cluster.heal();
    await cluster.converge();
    expect(rowsAt(cluster, 1)).toEqual(['a', 'b']);
    const change = { table, basedOn: feeds[1]!.current(table)!.token, deleted: [['b']], inserted: [['c']] };
    await feeds[1]!.change(change, never);
    expect(rowsAt(cluster, 1)).toEqual(['a', 'c']);
    await cluster.stop();
  });

  it('are not taken where the data source is polled for all', async () => {
    const cluster = await polled('every-replica');
    const feed = cluster.replica(0).replication.feeds.local(idOf(cluster));
    await cluster.write(0, updateDataSource({ id: idOf(cluster), polling: 'leased' }));
    await expect(feed.replace(table, [['a']], never)).rejects.toMatchObject({ code: 'feed-closed' });
    await cluster.stop();
  });
});
