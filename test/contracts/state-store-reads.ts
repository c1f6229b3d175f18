import { changeRecordBytesMax } from '../../service/base/limits.ts';
import { StoreUnavailable } from '../../service/store/problems.ts';
import type { ChangeRecord, EntityWrite, StateStore } from '../../service/store/state-store.ts';
import { FaultyStateStore } from '../../service/store/wrappers/faulty-state-store.ts';
import { ScriptedFaults } from '../../service/store/wrappers/scripted-faults.ts';
import { realClock } from '../support/real-clock.ts';
import {
  commitId,
  commitOf,
  digits,
  noise,
  numbered,
  put,
  readRecords,
  sequence,
  sequencesOf,
  signal,
} from './commit-fixtures.ts';
import type { StateStoreHarness } from './state-store-harness.ts';

/** Reading, and writing outside commits: head, log, partitions, giving up. */
export function describeReads(harness: StateStoreHarness): void {
  describeHead(harness);
  describeRecords(harness);
  describePartitions(harness);
  describeDetached(harness);
  describeGivingUp(harness);
}

function describeHead(harness: StateStoreHarness): void {
  it('is at sequence 0 while nothing was committed', async () => {
    const { store } = await harness.open();
    for (const consistency of ['settled', 'strong', 'eventual'] as const) {
      expect(await store.readHead({ consistency, signal })).toEqual({
        sequence: 0,
        commitId: null,
        committedAtMs: null,
        writer: null,
        formatVersion: 0,
      });
    }
    expect(await readRecords(store, 0)).toEqual([]);
    expect(await store.readRecord(sequence(1), signal)).toBeNull();
    expect(await store.readPartition('policy', signal)).toEqual([]);
  });

  it('shows a commit in the head, the log and the entities, to every client', async () => {
    const { store, other } = await harness.open();
    const commit = commitOf(1, {
      writes: [put('policy', 'a', { name: 'é', deep: [{ x: null }, 1.5, true] })],
    });
    expect(await store.commit(commit, signal)).toEqual({ kind: 'committed' });
    const { changes: _, ...expected } = commit.record;
    for (const client of [store, other]) {
      for (const consistency of ['settled', 'strong'] as const) {
        expect(await client.readHead({ consistency, signal })).toEqual(expected);
      }
      expect(await client.readRecord(sequence(1), signal)).toEqual(commit.record);
      expect(await readRecords(client, 0)).toEqual([commit.record]);
      expect(await client.readPartition('policy', signal)).toEqual([
        { key: { partition: 'policy', id: 'a' }, body: { name: 'é', deep: [{ x: null }, 1.5, true] } },
      ]);
    }
  });
}

function describeRecords(harness: StateStoreHarness): void {
  it('gives records in order, after a sequence, at most so many', async () => {
    const { store } = await harness.open();
    for (let at = 1; at <= 12; at += 1) await store.commit(commitOf(at), signal);
    expect(sequencesOf(await readRecords(store, 0))).toEqual(numbered(12).map((number) => number + 1));
    expect(sequencesOf(await readRecords(store, 9))).toEqual([10, 11, 12]);
    expect(sequencesOf(await readRecords(store, 3, 4))).toEqual([4, 5, 6, 7]);
    expect(await readRecords(store, 12)).toEqual([]);
    expect(await readRecords(store, 99)).toEqual([]);
  });

  it('gives all records of more than a page by going on from the last one', async () => {
    const { store } = await harness.open();
    for (let at = 1; at <= 6; at += 1) {
      await store.commit(commitOf(at, { changes: [noise(changeRecordBytesMax - 4)] }), signal);
    }
    const seen: ChangeRecord[] = [];
    for (let pull = 0; pull < 6 && seen.length < 6; pull += 1) {
      seen.push(...(await readRecords(store, seen.at(-1)?.sequence ?? 0)));
    }
    expect(sequencesOf(seen)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('leaves out what has expired', async () => {
    const { store, trim } = await harness.open();
    for (let at = 1; at <= 5; at += 1) await store.commit(commitOf(at), signal);
    for (const gone of [1, 2, 4]) await trim(sequence(gone));
    expect(sequencesOf(await readRecords(store, 0))).toEqual([3, 5]);
    expect(await store.readRecord(sequence(2), signal)).toBeNull();
    expect((await store.readHead({ consistency: 'strong', signal })).sequence).toBe(5);
  });

  it('is complete again after a torn read', async () => {
    const { store } = await harness.open();
    const faults = new ScriptedFaults().once('read-records', { kind: 'torn', records: 1 });
    const mine = new FaultyStateStore({ inner: store, faults, clock: realClock });
    for (let at = 1; at <= 3; at += 1) await store.commit(commitOf(at), signal);
    expect((await mine.readHead({ consistency: 'strong', signal })).sequence).toBe(3);
    expect(sequencesOf(await readRecords(mine, 1))).toEqual([2]);
    expect(sequencesOf(await readRecords(mine, 2))).toEqual([3]);
  });

  it('has an eventual head that may go back while the strong one does not', async () => {
    const { store } = await harness.open();
    const faults = new ScriptedFaults().once(
      'read-head',
      { kind: 'none' },
      { kind: 'stale-head', behind: 2 },
      { kind: 'stale-head', behind: 9 },
      { kind: 'stale-head', behind: 2 },
    );
    const mine = new FaultyStateStore({ inner: store, faults, clock: realClock });
    for (let at = 1; at <= 3; at += 1) await store.commit(commitOf(at), signal);
    expect((await mine.readHead({ consistency: 'strong', signal })).sequence).toBe(3);
    const stale = await mine.readHead({ consistency: 'eventual', signal });
    expect([stale.sequence, stale.commitId]).toEqual([1, commitId('commit-1')]);
    expect((await mine.readHead({ consistency: 'eventual', signal })).sequence).toBe(0);
    expect((await mine.readHead({ consistency: 'strong', signal })).sequence).toBe(3);
  });
}

function describePartitions(harness: StateStoreHarness): void {
  it('gives the entities of one partition only, in order of the code points of their ids', async () => {
    const { store } = await harness.open();
    const ids = ['\u{1f600}', 'b', '\uffee', 'a', 'B', 'a#1', 'ä'];
    const writes = [...ids.map((id) => put('policy', id, { id })), put('policy#2', 'c', {})];
    await store.commit(commitOf(1, { writes }), signal);
    const entities = await store.readPartition('policy', signal);
    expect(entities.map(({ key }) => key.id)).toEqual(['B', 'a', 'a#1', 'b', 'ä', '\uffee', '\u{1f600}']);
    expect(entities.every(({ key, body }) => body.id === key.id && key.partition === 'policy')).toBe(true);
  });

  it('reads a partition of more than 1 MB whole', async () => {
    const { store } = await harness.open();
    const writes = numbered(40).map((number) =>
      put('rules#p#1', digits(number), { text: noise(60_000), number }),
    );
    await store.writeDetached(writes, signal);
    const entities = await store.readPartition('rules#p#1', signal);
    expect(entities.map(({ body }) => body.number)).toEqual(numbered(40));
  });
}

function describeDetached(harness: StateStoreHarness): void {
  it('writes any number of entities outside a commit, and deletes them', async () => {
    const { store, other } = await harness.open();
    const writes = numbered(120).map((number) => put('rules#p#2', digits(number), { number }));
    await store.writeDetached(writes, signal);
    await store.writeDetached(writes, signal);
    expect(await other.readPartition('rules#p#2', signal)).toHaveLength(120);
    expect((await other.readHead({ consistency: 'strong', signal })).sequence).toBe(0);
    const deletes = writes.slice(1).map(({ key }): EntityWrite => ({ kind: 'delete', key }));
    await store.writeDetached([...deletes, put('rules#p#2', digits(0), { again: true })], signal);
    expect((await other.readPartition('rules#p#2', signal)).map(({ body }) => body)).toEqual([
      { again: true },
    ]);
    await store.writeDetached([], signal);
  });

  it('keeps entities with a time to live until it has passed', async () => {
    const { store } = await harness.open();
    const key = { partition: 'replica', id: 'r1' };
    const expiresAtMs = Date.now() + 3_600_000;
    await store.writeDetached([{ kind: 'put', key, body: { seq: 1 }, expiresAtMs }], signal);
    expect(await store.readPartition('replica', signal)).toEqual([{ key, body: { seq: 1 } }]);
  });
}

function describeGivingUp(harness: StateStoreHarness): void {
  it('rejects every call with StoreUnavailable when the signal was aborted before, and does nothing', async () => {
    const { store } = await harness.open();
    const reason = new Error('no longer wanted');
    const rejections = await rejectionsOf(store, AbortSignal.abort(reason));
    expect(rejections).toHaveLength(6);
    for (const error of rejections) {
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error).toMatchObject({ reason: 'aborted', cause: reason });
    }
    expect((await store.readHead({ consistency: 'strong', signal })).sequence).toBe(0);
    expect(await store.readPartition('policy', signal)).toEqual([]);
  });

  it('rejects every call with StoreUnavailable within the deadline when it cannot be reached', async () => {
    const startedMs = performance.now();
    for (const error of await rejectionsOf(harness.unreachable(), signal)) {
      expect(error).toBeInstanceOf(StoreUnavailable);
    }
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });
}

/** What each of the six calls rejects with. */
async function rejectionsOf(store: StateStore, aborted: AbortSignal): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled([
    store.readHead({ consistency: 'strong', signal: aborted }),
    store.readRecords({ after: sequence(0), limit: 10, signal: aborted }),
    store.readRecord(sequence(1), aborted),
    store.commit(commitOf(1, { writes: [put('policy', 'a', {})] }), aborted),
    store.readPartition('policy', aborted),
    store.writeDetached([put('policy', 'a', {})], aborted),
  ]);
  return settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
}
