import { leftoverPartition } from '../../service/replication/leftovers.ts';
import type { StateStore } from '../../service/store/state-store.ts';
import { Cluster, type ClusterOptions, deletePolicy, never, overridden, ruleTexts } from './cluster.ts';

const away = { kind: 'unavailable', reason: 'unreachable' } as const;
const graceMs = 3_000;
const collecting: ClusterOptions = {
  settings: {
    collectIntervalMs: 500,
    leftoverGraceMs: graceMs,
    pollIntervalMs: 1_000,
    bulkWriteDeadlineMs: 4_000,
  },
};

/** Replica 0 writes and dies; replica 1 is the one that collects. */
async function cluster(options: ClusterOptions = {}): Promise<Cluster> {
  const made = new Cluster({ ...collecting, ...options });
  made.start();
  made.start();
  made.replica(0).faults.always('take-lease', away);
  await made.until(() => made.replicas.every(({ port }) => port.health().ready));
  await made.write(1, made.dataSource('cloud', { servers: ['id'] }));
  await made.converge();
  await made.until(() => made.replica(1).replication.leases.held().includes('leftovers'));
  return made;
}

function push(made: Cluster, index: number, first: number) {
  const rows = [[BigInt(first)], [BigInt(first + 1)]];
  const outcome = made
    .replica(index)
    .port.replaceRows({ dataSource: 'cloud', table: 'servers', rows }, { signal: never });
  outcome.catch(() => {});
  return outcome;
}

/** From now on it reaches nothing: as dead as it gets for the others. */
function die(made: Cluster, index: number): void {
  const { faults, rowFaults } = made.replica(index);
  faults.heal();
  faults.always('every', away);
  rowFaults.always('every', away);
}

async function notes(made: Cluster): Promise<number> {
  return (await made.store.readPartition(leftoverPartition, never)).length;
}

function facts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `fact(${index})`);
}

/** Everything let go is gone now; whatever is shown must still be there for a replica that comes new. */
async function newcomerLoads(made: Cluster): Promise<boolean> {
  made.rows.purgeExpired(Number.POSITIVE_INFINITY);
  const late = made.start();
  try {
    await made.until(() => late.port.health().ready, 10_000);
    return late.port.health().catalogDigest === made.replica(1).port.health().catalogDigest;
  } catch {
    return false;
  }
}

/** A store on which a commit depends on no note. */
function withoutClaims(store: StateStore): StateStore {
  return overridden(store, {
    commit: ({ claims: _, ...commit }, signal) => store.commit(commit, signal),
  });
}

describe('what a crashed writer left over', () => {
  it('before its commit is collected: chunks of rows', async () => {
    const made = await cluster();
    made.replica(0).faults.once('commit', { kind: 'lost-request' });
    const outcome = push(made, 0, 1);
    await made.clock.settle();
    die(made, 0);
    await made.clock.advance(2_600);
    await expect(made.clock.run(outcome)).rejects.toMatchObject({ code: 'write-outcome-unknown' });
    expect(await notes(made)).toBe(1);
    await made.clock.advance(graceMs + 1_000);
    expect(await notes(made)).toBe(0);
    expect(made.rows.versions).toBe(1);
    made.rows.purgeExpired(made.clock.nowMs() + 2 * 3_600_000);
    expect(made.rows.versions).toBe(0);
    await made.stop();
  });

  it('before its commit is collected: the rules of a large policy, and the text of the change', async () => {
    const made = await cluster();
    made.replica(0).faults.always('commit', { kind: 'lost-request' });
    const outcome = made.submit(0, made.policy('large', facts(300)));
    await made.clock.advance(10);
    die(made, 0);
    await made.clock.advance(graceMs + 3_000);
    await expect(outcome).rejects.toMatchObject({ code: 'write-outcome-unknown' });
    expect(await notes(made)).toBe(0);
    for (const name of made.partitionsWritten) {
      if (!/^(rules|detached)#/.test(name)) continue;
      expect(await made.store.readPartition(name, never)).toEqual([]);
    }
    await made.stop();
  });

  it('after its commit is collected: what the commit superseded', async () => {
    const made = await cluster();
    await made.clock.run(push(made, 0, 1));
    await made.write(0, made.policy('large', facts(300)));
    const id = made.replica(0).port.catalog.policyByName('large')!.id;
    await made.converge();
    const { faults, rowFaults } = made.replica(0);
    faults.once('write-detached', { kind: 'none' }, { kind: 'none' }, away);
    rowFaults.always('expire-chunks', away);
    const deleted = made.write(0, deletePolicy('large'));
    await made.clock.run(deleted);
    await made.clock.run(push(made, 0, 5));
    die(made, 0);
    expect(await notes(made)).toBe(2);
    expect(await made.store.readPartition(`rules#${id}#0`, never)).toHaveLength(300);
    await made.clock.advance(graceMs + 2_000);
    expect(await notes(made)).toBe(0);
    expect(await made.store.readPartition(`rules#${id}#0`, never)).toEqual([]);
    expect(await newcomerLoads(made)).toBe(true);
    expect(made.rows.versions).toBe(1);
    await made.stop();
  });

  it('is nothing after writes that went well', async () => {
    const made = await cluster();
    await made.clock.run(push(made, 0, 1));
    await made.clock.run(push(made, 0, 5));
    await made.write(0, made.policy('large', facts(300)));
    await made.write(0, deletePolicy('large'));
    await made.clock.advance(2_000);
    expect(await notes(made)).toBe(0);
    await made.stop();
  });
});

describe('a writer that is slower than the collector waits', () => {
  it('is refused, and nothing of it is ever visible', async () => {
    const made = await cluster({
      settings: { ...collecting.settings, writeDeadlineMs: 30_000, commitTimeoutMs: 20_000 },
    });
    made.replica(0).faults.once('commit', { kind: 'slow', beforeMs: graceMs + 3_000, afterMs: 0 });
    const outcome = push(made, 0, 1);
    await expect(made.clock.run(outcome)).rejects.toMatchObject({ code: 'write-not-committed' });
    expect(await newcomerLoads(made)).toBe(true);
    await made.stop();
  });

  /** The commit arrives at some moment around the collection, and its writer is told or not. */
  async function brokenAt(delaysMs: readonly number[], options: ClusterOptions = {}): Promise<number | null> {
    for (const afterMs of delaysMs) {
      const made = await cluster(options);
      made.replica(0).faults.once('commit', { kind: 'late-request', afterMs });
      const outcomes: Promise<unknown>[] = [
        push(made, 0, 1),
        made.submit(0, made.policy('large', facts(120))),
      ];
      await made.clock.advance(20);
      die(made, 0);
      await made.clock.advance(graceMs + 3_000);
      await Promise.allSettled(outcomes.map((outcome) => made.clock.run(outcome)));
      const isWhole = (await newcomerLoads(made)) && allOrNothing(made);
      await made.stop();
      if (!isWhole) return afterMs;
    }
    return null;
  }

  function allOrNothing(made: Cluster): boolean {
    return made.replicas.slice(1).every(({ port }) => [0, 120].includes(ruleTexts(port, 'large').length));
  }

  const around = Array.from({ length: 6 }, (_, index) => graceMs - 500 + index * 300);

  it('never loses what was committed, whenever the commit arrives', async () => {
    expect(await brokenAt(around)).toBeNull();
  }, 60_000);

  it('would lose it if the commit did not claim its note', async () => {
    expect(await brokenAt(around, { wrapStore: withoutClaims })).not.toBeNull();
  }, 60_000);
});
