import { changeRecordBytesMax, entityBytesMax, writesPerCommitMax } from '../../service/base/limits.ts';
import { CommitTooLarge, UnknownOutcome } from '../../service/store/problems.ts';
import type { Commit, EntityWrite } from '../../service/store/state-store.ts';
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
  signal,
} from './commit-fixtures.ts';
import type { StateStoreHarness } from './state-store-harness.ts';

/** Committing: order, atomicity, limits, rivals, repetition, unknown outcomes. */
export function describeCommits(harness: StateStoreHarness): void {
  describeCommit(harness);
  describeTransaction(harness);
  describeRepetition(harness);
  describeClaims(harness);
}

function describeClaims(harness: StateStoreHarness): void {
  const note = (id: string) => ({ partition: 'note', id });
  const claiming = (at: number, ids: readonly string[], id = `commit-${at}`): Commit => ({
    ...commitOf(at, { id, writes: [put('policy', id, {})] }),
    claims: ids.map(note),
  });

  it('deletes what it claims, and only once', async () => {
    const { store, other } = await harness.open();
    await store.writeDetached([put('note', 'a', { n: 1 }), put('note', 'b', {})], signal);
    const commit = claiming(1, ['a', 'b']);
    expect(await store.commit(commit, signal)).toEqual({ kind: 'committed' });
    expect(await store.commit(commit, signal)).toEqual({ kind: 'committed' });
    expect(await store.readPartition('note', signal)).toEqual([]);
    expect(await other.commit(claiming(2, ['b'], 'late'), signal)).toEqual({
      kind: 'fenced',
      leases: [],
      claims: [note('b')],
    });
    expect((await store.readHead({ consistency: 'strong', signal })).sequence).toBe(1);
    expect(await store.readPartition('policy', signal)).toHaveLength(1);
  });

  it('cannot claim what is condemned, which can be said again and stays until it is deleted', async () => {
    const { store, other } = await harness.open();
    await store.writeDetached([put('note', 'a', { n: 1 })], signal);
    expect(await other.condemn(note('a'), signal)).toBe(true);
    expect(await other.condemn(note('a'), signal)).toBe(true);
    expect(await store.commit(claiming(1, ['a']), signal)).toMatchObject({
      kind: 'fenced',
      claims: [note('a')],
    });
    expect(await store.readPartition('note', signal)).toEqual([{ key: note('a'), body: { n: 1 } }]);
  });

  it('leaves nothing to condemn when it came first', async () => {
    const { store, other } = await harness.open();
    await store.writeDetached([put('note', 'a', {})], signal);
    await store.commit(claiming(1, ['a']), signal);
    expect(await other.condemn(note('a'), signal)).toBe(false);
    expect(await other.condemn(note('never'), signal)).toBe(false);
    expect(await store.readPartition('note', signal)).toEqual([]);
  });

  it('lets exactly one of a claim and a condemnation at the same time come first', async () => {
    const { store, other } = await harness.open();
    for (let at = 1; at <= 6; at += 1) {
      const id = `n${at}`;
      await store.writeDetached([put('note', id, {})], signal);
      const { sequence: head } = await store.readHead({ consistency: 'strong', signal });
      const rivals = [
        store.commit(claiming(head + 1, [id], `claim-${at}`), signal),
        other.condemn(note(id), signal).catch(() => 'refused' as const),
      ] as const;
      const [outcome, condemned] = await Promise.all(rivals);
      if (outcome.kind === 'committed') expect(condemned).not.toBe(true);
      if (outcome.kind === 'fenced') expect(condemned).toBe(true);
    }
  });
}

function describeCommit(harness: StateStoreHarness): void {
  it('refuses a commit that does not follow the head, and changes nothing', async () => {
    const { store } = await harness.open();
    await store.commit(commitOf(1), signal);
    await store.commit(commitOf(2), signal);
    for (const wrong of [1, 2, 4, 7]) {
      const late = commitOf(wrong, { id: `late-${wrong}`, writes: [put('policy', 'late', {})] });
      expect(await store.commit(late, signal)).toEqual({ kind: 'conflict' });
    }
    expect((await store.readHead({ consistency: 'strong', signal })).sequence).toBe(2);
    expect((await readRecords(store, 0)).map((record) => record.commitId)).toEqual([
      commitId('commit-1'),
      commitId('commit-2'),
    ]);
    expect(await store.readPartition('policy', signal)).toEqual([]);
  });

  it('lets exactly one of many concurrent commits of a sequence win, whole', async () => {
    const { store, other } = await harness.open();
    for (let at = 1; at <= 5; at += 1) {
      const rivals = Array.from({ length: 6 }, (_, rival) => {
        const id = `commit-${at}-of-${rival}`;
        return commitOf(at, {
          id,
          writes: [put('winner', String(at), { id: commitId(id) }), put(`seen-${commitId(id)}`, 'x', {})],
        });
      });
      const outcomes = await Promise.all(
        rivals.map((commit, rival) => (rival % 2 === 0 ? store : other).commit(commit, signal)),
      );
      // All may lose by transaction conflict, as they do in DynamoDB; then one tries again alone.
      if (!outcomes.some(({ kind }) => kind === 'committed')) {
        outcomes.push(await store.commit(rivals[0] as Commit, signal));
      }
      expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
      const record = await store.readRecord(sequence(at), signal);
      const winners = await store.readPartition('winner', signal);
      expect(winners.find(({ key }) => key.id === String(at))?.body).toEqual({ id: record?.commitId });
      const traces = await Promise.all(
        rivals.map((rival) => store.readPartition(`seen-${rival.record.commitId}`, signal)),
      );
      expect(traces.filter((entities) => entities.length > 0)).toHaveLength(1);
    }
    expect((await readRecords(store, 0)).map((record) => record.sequence)).toEqual([1, 2, 3, 4, 5]);
  });
}

function describeTransaction(harness: StateStoreHarness): void {
  it('makes as many writes in one commit as the limit allows', async () => {
    const { store } = await harness.open();
    const writes = numbered(writesPerCommitMax).map((number) => put('rules#p#0', digits(number), { number }));
    expect(await store.commit(commitOf(1, { writes }), signal)).toEqual({ kind: 'committed' });
    expect(await store.readPartition('rules#p#0', signal)).toHaveLength(writesPerCommitMax);
    const deletes = writes.map(({ key }): EntityWrite => ({ kind: 'delete', key }));
    expect(await store.commit(commitOf(2, { writes: deletes }), signal)).toEqual({ kind: 'committed' });
    expect(await store.readPartition('rules#p#0', signal)).toEqual([]);
  });

  it('refuses more writes than that, and the same key twice, as bugs', async () => {
    const { store } = await harness.open();
    const many = numbered(writesPerCommitMax + 1).map((number) => put('policy', digits(number), {}));
    await expect(store.commit(commitOf(1, { writes: many }), signal)).rejects.toThrow('fit one DynamoDB');
    const twice = [put('policy', 'a', {}), put('policy', 'a', {})];
    await expect(store.commit(commitOf(1, { writes: twice }), signal)).rejects.toThrow('written once');
    const reserved = [put('change', digits(9), {})];
    await expect(store.commit(commitOf(1, { writes: reserved }), signal)).rejects.toThrow('keep out of');
    expect((await store.readHead({ consistency: 'strong', signal })).sequence).toBe(0);
  });

  it('replaces and deletes entities', async () => {
    const { store } = await harness.open();
    await store.commit(
      commitOf(1, { writes: [put('policy', 'a', { n: 1 }), put('policy', 'b', {})] }),
      signal,
    );
    const writes: EntityWrite[] = [
      put('policy', 'a', { n: 2 }),
      { kind: 'delete', key: { partition: 'policy', id: 'b' } },
      { kind: 'delete', key: { partition: 'policy', id: 'never was' } },
    ];
    await store.commit(commitOf(2, { writes }), signal);
    const entities = await store.readPartition('policy', signal);
    expect(entities).toEqual([{ key: { partition: 'policy', id: 'a' }, body: { n: 2 } }]);
  });

  it('takes a record and an entity of the largest size, also when they do not compress', async () => {
    const { store } = await harness.open();
    const changes = [noise(changeRecordBytesMax - 4)];
    const body = { text: noise(entityBytesMax - 11) };
    const commit = commitOf(1, { changes, writes: [put('policy', 'large', body)] });
    expect(await store.commit(commit, signal)).toEqual({ kind: 'committed' });
    expect((await store.readRecord(sequence(1), signal))?.changes).toEqual(changes);
    expect((await store.readPartition('policy', signal))[0]?.body).toEqual(body);
  });

  it('refuses what is larger, and changes nothing', async () => {
    const { store } = await harness.open();
    const large = commitOf(1, { changes: ['x'.repeat(changeRecordBytesMax)] });
    await expect(store.commit(large, signal)).rejects.toBeInstanceOf(CommitTooLarge);
    const writes = [put('policy', 'a', { text: 'x'.repeat(entityBytesMax) })];
    await expect(store.commit(commitOf(1, { writes }), signal)).rejects.toBeInstanceOf(CommitTooLarge);
    await expect(store.writeDetached(writes, signal)).rejects.toBeInstanceOf(CommitTooLarge);
    expect((await store.readHead({ consistency: 'strong', signal })).sequence).toBe(0);
  });
}

function describeRepetition(harness: StateStoreHarness): void {
  it('answers committed when the same commit is made again', async () => {
    const { store, other } = await harness.open();
    const commit = commitOf(1, { writes: [put('policy', 'a', { n: 1 })] });
    for (const client of [store, other, store]) {
      expect(await client.commit(commit, signal)).toEqual({ kind: 'committed' });
    }
    expect(await readRecords(store, 0)).toHaveLength(1);
  });

  it('answers committed to a repetition, and repeats nothing, when others have committed since', async () => {
    const { store } = await harness.open();
    const first = commitOf(1, { writes: [put('policy', 'a', { n: 1 })] });
    await store.commit(first, signal);
    await store.commit(commitOf(2, { writes: [put('policy', 'a', { n: 2 })] }), signal);
    expect(await store.commit(first, signal)).toEqual({ kind: 'committed' });
    expect((await store.readPartition('policy', signal))[0]?.body).toEqual({ n: 2 });
    expect((await store.readHead({ consistency: 'strong', signal })).sequence).toBe(2);
  });

  it('refuses one commit id with two contents as a bug', async () => {
    const { store } = await harness.open();
    await store.commit(commitOf(1, { changes: ['one'] }), signal);
    await expect(store.commit(commitOf(1, { changes: ['two'] }), signal)).rejects.toThrow('one content');
  });

  it('lets an unknown outcome be resolved by the same commit, whether it was made or not', async () => {
    const { store } = await harness.open();
    const faults = new ScriptedFaults();
    const mine = new FaultyStateStore({ inner: store, faults, clock: realClock });
    faults.once('commit', { kind: 'lost-request' }, { kind: 'none' }, { kind: 'lost-acknowledgement' });
    for (const at of [1, 2]) {
      await expect(mine.commit(commitOf(at), signal)).rejects.toBeInstanceOf(UnknownOutcome);
      expect(await mine.commit(commitOf(at), signal)).toEqual({ kind: 'committed' });
    }
    expect(await readRecords(store, 0)).toHaveLength(2);
  });

  it('shows by the record whose a lost commit was, when the repetition only meets a conflict', async () => {
    const { store, other } = await harness.open();
    const faults = new ScriptedFaults();
    const mine = new FaultyStateStore({ inner: store, faults, clock: realClock });
    faults.once('commit', { kind: 'lost-acknowledgement' }, { kind: 'conflict' });
    await expect(mine.commit(commitOf(1, { id: 'mine-1' }), signal)).rejects.toBeInstanceOf(UnknownOutcome);
    expect(await mine.commit(commitOf(1, { id: 'mine-1' }), signal)).toEqual({ kind: 'conflict' });
    expect((await mine.readRecord(sequence(1), signal))?.commitId).toBe(commitId('mine-1'));
    faults.once('commit', { kind: 'lost-request' });
    await expect(mine.commit(commitOf(2, { id: 'mine-2' }), signal)).rejects.toBeInstanceOf(UnknownOutcome);
    await other.commit(commitOf(2, { id: 'theirs' }), signal);
    expect(await mine.commit(commitOf(2, { id: 'mine-2' }), signal)).toEqual({ kind: 'conflict' });
    expect((await mine.readRecord(sequence(2), signal))?.commitId).toBe(commitId('theirs'));
  });
}
