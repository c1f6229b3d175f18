import { tableDeltasMax } from '../../service/base/limits.ts';
import type { Tuple } from '../../service/datalog/value.ts';
import type { TableVersion } from '../../service/policy/entities.ts';
import { DataSourceTablesFixed, NotPolledUnderLease, TableMoved } from '../../service/policy/problems.ts';
import { changeTable } from '../../service/policy/writes/change-table.ts';
import { requestRefresh } from '../../service/policy/writes/request-refresh.ts';
import { updateDataSource } from '../../service/policy/writes/update-data-source.ts';
import type { ReplicaPort } from '../../service/replication/replica-port.ts';
import { Cluster, never, overridden } from './cluster.ts';

const table = 'servers';

async function clusterWithTable(count: number): Promise<Cluster> {
  const cluster = await Cluster.ready(count);
  await cluster.write(0, cluster.dataSource('nova', { [table]: ['id'] }));
  await cluster.clock.run(
    cluster
      .replica(0)
      .port.replaceRows({ dataSource: 'nova', table, rows: [['a'], ['b']] }, { signal: never }),
  );
  await cluster.converge();
  return cluster;
}

function versionAt(port: ReplicaPort): TableVersion {
  const version = port.catalog.tableVersion(port.catalog.dataSourceByName('nova')!.id, table);
  if (version === undefined) throw new Error('the table has content');
  return version;
}

function rowsAt(port: ReplicaPort): readonly string[] {
  return port.engine
    .rows({ policy: 'nova', table, arity: 1, modal: null })
    .map((row) => row.map((value) => `${typeof value} ${value}`).join())
    .sort();
}

function delta(port: ReplicaPort, deleted: readonly Tuple[], inserted: readonly Tuple[]) {
  return changeTable({ basedOn: versionAt(port), deleted, inserted, polled: false });
}

describe('deltas of a shared table', () => {
  it('reach every replica, and one that starts later loads chunks and deltas to the same', async () => {
    const cluster = await clusterWithTable(2);
    const { port } = cluster.replica(0);
    await cluster.write(0, delta(port, [['a']], [['c'], [2n ** 70n], [1.5]]));
    await cluster.write(0, delta(port, [['c']], [['d']]));
    await cluster.converge();
    cluster.start();
    await cluster.until(() => cluster.replica(2).port.health().ready);
    await cluster.converge();
    const expected = ['bigint 1180591620717411303424', 'number 1.5', 'string b', 'string d'];
    for (const replica of cluster.replicas) expect(rowsAt(replica.port)).toEqual(expected);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('are refused when the table is not what they were computed from', async () => {
    const cluster = await clusterWithTable(1);
    const { port } = cluster.replica(0);
    const late = delta(port, [], [['x']]);
    await cluster.write(0, delta(port, [], [['c']]));
    await expect(cluster.write(0, late)).rejects.toBeInstanceOf(TableMoved);
    await cluster.clock.run(
      port.replaceRows({ dataSource: 'nova', table, rows: [['z']] }, { signal: never }),
    );
    await expect(cluster.write(0, late)).rejects.toBeInstanceOf(TableMoved);
    expect(rowsAt(port)).toEqual(['string z']);
    await cluster.stop();
  });

  it('are gone with the version they belong to, and with the data source', async () => {
    const cluster = await clusterWithTable(1);
    const { port } = cluster.replica(0);
    const { id } = port.catalog.dataSourceByName('nova')!;
    const kept = () => cluster.store.readPartition(`delta#${id}`, never);
    for (let count = 0; count < tableDeltasMax; count += 1) {
      await cluster.write(0, delta(port, [], [[`row ${count}`]]));
    }
    expect(await kept()).toHaveLength(tableDeltasMax);
    await cluster.clock.run(
      port.replaceRows({ dataSource: 'nova', table, rows: [['z']] }, { signal: never }),
    );
    expect(await kept()).toEqual([]);
    expect(versionAt(port).deltas).toBeUndefined();
    await cluster.stop();
  });

  it('that are damaged in the store are not loaded', async () => {
    const cluster = await clusterWithTable(1);
    const { port } = cluster.replica(0);
    await cluster.write(0, delta(port, [], [['c']]));
    const { id } = port.catalog.dataSourceByName('nova')!;
    const [item] = await cluster.store.readPartition(`delta#${id}`, never);
    await cluster.store.writeDetached(
      [{ kind: 'put', key: item!.key, body: { ...item!.body, inserted: [['forged']] } }],
      never,
    );
    const late = cluster.start();
    await cluster.clock.advance(2_000);
    expect(late.port.health().ready).toBe(false);
    expect(late.port.health().reasons.join()).toMatch(/deltas of version .* are damaged/);
    await cluster.stop();
  });
});

describe('a polled data source', () => {
  async function polled(): Promise<Cluster> {
    const cluster = await Cluster.ready(1);
    const { plan } = cluster.dataSource('nova', { [table]: ['id'] });
    await cluster.write(
      0,
      overridden(cluster.dataSource('nova', { [table]: ['id'] }), {
        plan: (catalog, at) => {
          const planned = plan(catalog, at);
          const [change] = planned.changes;
          if (change?.kind !== 'data-source-created') throw new Error('a data source is created');
          return {
            ...planned,
            changes: [{ ...change, dataSource: { ...change.dataSource, polling: 'leased' } }],
          };
        },
      }),
    );
    return cluster;
  }

  it('gives up its shared rows when every replica polls for itself, but goes on showing them', async () => {
    const cluster = await polled();
    const { port } = cluster.replica(0);
    const { id } = port.catalog.dataSourceByName('nova')!;
    await cluster.clock.run(port.replaceRows({ dataSource: id, table, rows: [['a']] }, { signal: never }));
    const late = changeTable({ basedOn: versionAt(port), deleted: [], inserted: [['b']], polled: true });
    await cluster.write(0, updateDataSource({ id, polling: 'every-replica' }));
    expect(port.catalog.tableVersions(id)).toEqual([]);
    expect(rowsAt(port)).toEqual(['string a']);
    await expect(cluster.write(0, late)).rejects.toBeInstanceOf(NotPolledUnderLease);
    cluster.start();
    await cluster.until(() => cluster.replica(1).port.health().ready);
    expect(rowsAt(cluster.replica(1).port)).toEqual([]);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('keeps its tables for good; what did not change is no commit', async () => {
    const cluster = await polled();
    const { port } = cluster.replica(0);
    const { id } = port.catalog.dataSourceByName('nova')!;
    await expect(cluster.write(0, updateDataSource({ id, tables: [] }))).rejects.toBeInstanceOf(
      DataSourceTablesFixed,
    );
    const before = port.applied();
    await cluster.write(0, updateDataSource({ id, polling: 'leased' }));
    expect(port.applied()).toBe(before);
    await cluster.write(0, updateDataSource({ id, config: { poll_time: 5 }, description: 'new' }));
    expect(port.catalog.dataSourceById(id)).toMatchObject({ config: { poll_time: 5 }, description: 'new' });
    await cluster.stop();
  });

  it('is asked to refresh through the log, which leaves no trace in the catalog', async () => {
    const cluster = await polled();
    const { port } = cluster.replica(0);
    const digest = port.health().catalogDigest;
    const { sequence } = await cluster.write(0, requestRefresh(port.catalog.dataSourceByName('nova')!.id));
    expect(port.applied()).toBe(sequence);
    expect(port.health().catalogDigest).toBe(digest);
    await cluster.stop();
  });
});
