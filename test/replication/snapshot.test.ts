import type { Sequence } from '../../service/base/ids.ts';
import { rowsFilePrefix } from '../../service/replication/cached-row-store.ts';
import { readSnapshot } from '../../service/replication/snapshot-file.ts';
import { ScriptedFaults } from '../../service/store/wrappers/scripted-faults.ts';
import { MemoryFolder } from '../support/memory-folder.ts';
import { Cluster, type ClusterReplica, deletePolicy, never, policyNames, ruleTexts } from './cluster.ts';

const away = { kind: 'unavailable', reason: 'unreachable' } as const;
const serving = { serveSnapshot: true };

/** One replica that keeps a snapshot, with a policy, pushed rows and a stop. */
async function stopped(): Promise<{
  readonly cluster: Cluster;
  readonly folder: MemoryFolder;
  readonly digest: string;
}> {
  const folder = new MemoryFolder();
  const cluster = new Cluster();
  const replica = cluster.start({}, { folder });
  await cluster.until(() => replica.port.health().ready);
  await cluster.write(0, cluster.policy('kept', ['p(1)', 'q(x) :- p(x)']));
  await cluster.write(0, cluster.dataSource('cloud', { servers: ['id'] }));
  await push(cluster, replica, 3);
  const digest = replica.port.health().catalogDigest;
  await cluster.clock.run(replica.replication.stop());
  return { cluster, folder, digest };
}

function push(cluster: Cluster, { port }: ClusterReplica, rows: number) {
  const given = Array.from({ length: rows }, (_, index) => [BigInt(index)]);
  return cluster.clock.run(
    port.replaceRows({ dataSource: 'cloud', table: 'servers', rows: given }, { signal: never }),
  );
}

/** Starts while the store is away. */
function startAway(cluster: Cluster, folder: MemoryFolder, settings = serving): ClusterReplica {
  const faults = new ScriptedFaults().always('every', away);
  const replica = cluster.start(settings, { folder, faults });
  replica.rowFaults.always('every', away);
  return replica;
}

describe('a replica that starts while the store is away', () => {
  it('serves what it kept on its host, marked stale, and takes no writes', async () => {
    const { cluster, folder, digest } = await stopped();
    await cluster.clock.advance(5_000);
    const replica = startAway(cluster, folder);
    await cluster.until(() => replica.port.health().ready);
    expect(replica.port.health()).toMatchObject({ applied: 4, catalogDigest: digest });
    expect(ruleTexts(replica.port, 'kept')).toEqual(['p(1)', 'q(x) :- p(x)']);
    const read = replica.port.awaitConsistency({ kind: 'linearizable', explicit: false }, never);
    expect(await cluster.clock.run(read)).toEqual({ stale: true });
    const explicit = replica.port.awaitConsistency({ kind: 'linearizable', explicit: true }, never);
    await expect(cluster.clock.run(explicit)).rejects.toMatchObject({ code: 'read-not-fresh' });
    expect(await cluster.clock.run(replica.port.awaitConsistency({ kind: 'bounded' }, never))).toEqual({
      stale: true,
    });
    await expect(cluster.write(1, cluster.policy('late'))).rejects.toMatchObject({
      code: 'write-not-committed',
    });
    expect(replica.port.health().reasons[0]).toContain('store unreachable');
    expect(replica.port.stalenessMs()).toBeGreaterThanOrEqual(5_000);
    replica.faults.heal();
    await cluster.stop();
  });

  it('catches up when the store is back, and is fresh again', async () => {
    const { cluster, folder } = await stopped();
    const other = cluster.start();
    await cluster.until(() => other.port.health().ready);
    await cluster.write(1, cluster.policy('meanwhile'));
    await cluster.write(1, deletePolicy('kept'));
    const replica = startAway(cluster, folder);
    await cluster.until(() => replica.port.health().ready);
    expect(policyNames(replica.port)).toContain('kept');
    await cluster.clock.advance(30_000);
    replica.faults.heal();
    replica.rowFaults.heal();
    await cluster.until(() => replica.port.applied() === other.port.applied());
    expect(policyNames(replica.port)).toEqual(['classification', 'action', 'meanwhile']);
    expect(replica.port.health()).toMatchObject({
      reasons: [],
      catalogDigest: other.port.health().catalogDigest,
    });
    const read = replica.port.awaitConsistency({ kind: 'linearizable', explicit: true }, never);
    expect(await cluster.clock.run(read)).toEqual({ stale: false });
    await cluster.stop();
  });

  it('loads everything anew when the log does not reach back to what it kept', async () => {
    const { cluster, folder } = await stopped();
    const other = cluster.start();
    await cluster.until(() => other.port.health().ready);
    await cluster.write(1, cluster.policy('meanwhile'));
    const replica = startAway(cluster, folder);
    await cluster.until(() => replica.port.health().ready);
    cluster.store.trimThrough(5 as Sequence);
    replica.faults.heal();
    replica.rowFaults.heal();
    await cluster.until(() => policyNames(replica.port).includes('meanwhile'));
    expect(replica.port.health().reasons).toEqual([]);
    await cluster.stop();
  });

  it('gives up what it kept when the store turns out to be another one, and never calls it fresh', async () => {
    const { folder } = await stopped();
    const other = await Cluster.ready(1);
    const replica = startAway(other, folder);
    await other.until(() => replica.port.health().ready);
    expect(policyNames(replica.port)).toContain('kept');
    replica.faults.heal();
    replica.rowFaults.heal();
    const read = replica.port.awaitConsistency({ kind: 'linearizable', explicit: false }, never);
    const seen = await other.clock.run(read);
    expect(seen.stale || !policyNames(replica.port).includes('kept')).toBe(true);
    await other.until(() => !policyNames(replica.port).includes('kept'));
    expect(replica.port.applied()).toBe(1);
    await other.write(1, other.policy('here'));
    await other.stop();
  });

  it('waits for the store when it may not serve a snapshot, or has none, or a damaged one', async () => {
    const { cluster, folder } = await stopped();
    const damaged = new MemoryFolder();
    for (const [name, bytes] of folder.files) damaged.files.set(name, Uint8Array.from(bytes));
    damaged.files.get('entities')![40]! ^= 1;
    const withoutRows = new MemoryFolder();
    withoutRows.files.set('entities', folder.files.get('entities')!);
    const replicas = [
      startAway(cluster, folder, { serveSnapshot: false }),
      startAway(cluster, new MemoryFolder()),
      startAway(cluster, damaged),
      startAway(cluster, withoutRows),
    ];
    await cluster.clock.advance(10_000);
    expect(replicas.map(({ port }) => port.health().ready)).toEqual([false, false, false, false]);
    for (const replica of replicas) {
      replica.faults.heal();
      replica.rowFaults.heal();
    }
    await cluster.until(() => replicas.every(({ port }) => port.health().ready));
    expect(new Set(replicas.map(({ port }) => port.health().catalogDigest)).size).toBe(1);
    await cluster.stop();
  });
});

describe('the snapshot', () => {
  it('is written at an interval while something changes, and holds what the replica holds', async () => {
    const folder = new MemoryFolder();
    const cluster = new Cluster({ settings: { snapshotIntervalMs: 10_000 } });
    const replica = cluster.start({}, { folder });
    await cluster.until(() => replica.port.health().ready);
    await cluster.clock.advance(11_000);
    const before = folder.writes;
    await cluster.clock.advance(60_000);
    expect(folder.writes).toBe(before);
    await cluster.write(0, cluster.policy('a', ['p(1)']));
    await cluster.write(0, cluster.rule('a', 'p(2)'));
    await cluster.clock.advance(11_000);
    expect(folder.writes).toBe(before + 1);
    const { header } = readSnapshot(folder.files.get('entities')!);
    expect(header).toMatchObject({ sequence: 3, digest: replica.port.health().catalogDigest });
    await cluster.stop();
  });

  it('goes on after a disk that was full for a while', async () => {
    const folder = new MemoryFolder();
    const cluster = new Cluster({ settings: { snapshotIntervalMs: 1_000 } });
    const replica = cluster.start({}, { folder });
    await cluster.until(() => replica.port.health().ready);
    await cluster.clock.advance(2_000);
    folder.broken = true;
    await cluster.write(0, cluster.policy('a'));
    await cluster.clock.advance(3_000);
    expect(replica.port.health().reasons).toEqual([]);
    folder.broken = false;
    await cluster.write(0, cluster.policy('b'));
    await cluster.clock.advance(3_000);
    const { header } = readSnapshot(folder.files.get('entities')!);
    expect(header).toMatchObject({ sequence: 3, digest: replica.port.health().catalogDigest });
    await cluster.stop();
  });

  it('keeps the rows of the versions that are shown, and no others', async () => {
    const { cluster, folder } = await stopped();
    const rowFiles = () => [...folder.files.keys()].filter((name) => name.startsWith(rowsFilePrefix));
    const replica = cluster.start({}, { folder });
    await cluster.until(() => replica.port.health().ready);
    const [first] = rowFiles();
    await push(cluster, replica, 5);
    await cluster.clock.advance(1_000);
    expect(rowFiles()).toHaveLength(2);
    await cluster.clock.run(replica.replication.stop());
    expect(rowFiles()).toHaveLength(1);
    expect(rowFiles()).not.toContain(first);
  });

  it('spares the store the rows at the next start', async () => {
    const { cluster, folder } = await stopped();
    const replica = cluster.start({}, { folder });
    replica.rowFaults.always('read-chunks', away);
    await cluster.until(() => replica.port.health().ready);
    await cluster.stop();
  });
});
