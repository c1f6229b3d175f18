import { MemoryStateStore } from '../../service/store/memory/memory-state-store.ts';
import { StoreUnavailable, UnknownOutcome } from '../../service/store/problems.ts';
import type { StoreCall } from '../../service/store/store-observer.ts';
import type { Fault } from '../../service/store/wrappers/faults.ts';
import { FaultyStateStore } from '../../service/store/wrappers/faulty-state-store.ts';
import { MeasuredStateStore } from '../../service/store/wrappers/measured-state-store.ts';
import { RandomFaults } from '../../service/store/wrappers/random-faults.ts';
import { defaultRetryPolicy } from '../../service/store/wrappers/retry.ts';
import { RetryingStateStore } from '../../service/store/wrappers/retrying-state-store.ts';
import { ScriptedFaults } from '../../service/store/wrappers/scripted-faults.ts';
import { commitOf, put, readRecords, sequence, signal } from '../contracts/commit-fixtures.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const strong = { consistency: 'strong', signal } as const;
const throttled: Fault = { kind: 'unavailable', reason: 'throttled' };

function faultyStore() {
  const clock = new ManualClock();
  const faults = new ScriptedFaults();
  const inner = new MemoryStateStore();
  return { clock, faults, inner, store: new FaultyStateStore({ inner, faults, clock }) };
}

describe('RetryingStateStore', () => {
  function retryingStore() {
    const parts = faultyStore();
    const ports = { clock: parts.clock, random: new SeededRandom(3), policy: defaultRetryPolicy };
    return { ...parts, store: new RetryingStateStore(parts.store, ports) };
  }

  it('tries what may pass again, with a pause of at most the bound', async () => {
    const { store, faults, clock } = retryingStore();
    faults.once('read-head', throttled, throttled, throttled);
    expect((await clock.run(store.readHead(strong))).sequence).toBe(0);
    expect(clock.monotonicMs()).toBeGreaterThan(0);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(25 + 50 + 100);
  });

  it('gives up after its attempts with what the last one met', async () => {
    const { store, faults, clock } = retryingStore();
    faults.once('read-head', throttled, throttled, throttled, {
      kind: 'unavailable',
      reason: 'server-error',
    });
    await expect(clock.run(store.readHead(strong))).rejects.toMatchObject({ reason: 'server-error' });
  });

  it('does not try again what needs a person, nor when nobody waits any more', async () => {
    const { store, faults, clock } = retryingStore();
    faults.once('read-head', { kind: 'unavailable', reason: 'access-denied' });
    await expect(clock.run(store.readHead(strong))).rejects.toMatchObject({ reason: 'access-denied' });
    const caller = new AbortController();
    faults.once('read-head', throttled);
    const waiting = store.readHead({ consistency: 'strong', signal: caller.signal });
    waiting.catch(() => {});
    await clock.settle();
    caller.abort(new Error('gone'));
    await expect(waiting).rejects.toMatchObject({ reason: 'aborted', cause: { message: 'gone' } });
  });

  it('never repeats a commit', async () => {
    const { store, faults, inner } = retryingStore();
    faults.once('commit', throttled);
    await expect(store.commit(commitOf(1), signal)).rejects.toBeInstanceOf(StoreUnavailable);
    faults.once('commit', { kind: 'lost-acknowledgement' });
    await expect(store.commit(commitOf(1), signal)).rejects.toBeInstanceOf(UnknownOutcome);
    expect(await readRecords(inner, 0)).toHaveLength(1);
  });

  it('finishes a detached write of which half was made', async () => {
    const { store, faults, clock, inner } = retryingStore();
    faults.once('write-detached', { kind: 'partial' });
    const writes = ['a', 'b', 'c'].map((id) => put('rules#p#1', id, {}));
    await clock.run(store.writeDetached(writes, signal));
    expect(await inner.readPartition('rules#p#1', signal)).toHaveLength(3);
  });
});

describe('FaultyStateStore', () => {
  it('answers late by its clock', async () => {
    const { store, faults, clock } = faultyStore();
    faults.once('read-head', { kind: 'slow', beforeMs: 300, afterMs: 200 });
    await clock.run(store.readHead(strong));
    expect(clock.monotonicMs()).toBe(500);
  });

  it.each([
    ['before the store acts', { beforeMs: 300, afterMs: 0 }, 0],
    ['after it acted', { beforeMs: 0, afterMs: 300 }, 1],
  ])('leaves a commit unknown whose caller gives up %s', async (_, times, records) => {
    const { store, faults, clock, inner } = faultyStore();
    faults.once('commit', { kind: 'slow', ...times });
    const caller = new AbortController();
    const outcome = store.commit(commitOf(1), caller.signal).catch((error: unknown) => error);
    await clock.advance(100);
    caller.abort();
    expect(await outcome).toBeInstanceOf(UnknownOutcome);
    expect(await readRecords(inner, 0)).toHaveLength(records);
  });

  it('carries out a late commit after its caller was told nothing', async () => {
    const { store, faults, clock, inner } = faultyStore();
    faults.once('commit', { kind: 'late-request', afterMs: 400 });
    await expect(store.commit(commitOf(1), signal)).rejects.toBeInstanceOf(UnknownOutcome);
    expect(await store.readRecord(sequence(1), signal)).toBeNull();
    await clock.advance(400);
    await store.settled();
    expect(await readRecords(inner, 0)).toHaveLength(1);
  });

  it('lets a late commit lose against one that came between', async () => {
    const { store, faults, clock, inner } = faultyStore();
    faults.once('commit', { kind: 'late-request', afterMs: 400 });
    await expect(store.commit(commitOf(1, { id: 'late' }), signal)).rejects.toBeInstanceOf(UnknownOutcome);
    await inner.commit(commitOf(1, { id: 'between' }), signal);
    await clock.advance(400);
    await store.settled();
    expect((await readRecords(inner, 0)).map(({ commitId }) => commitId.endsWith('between'))).toEqual([true]);
  });

  it('fails apart for each replica until it is healed', async () => {
    const { store, faults, inner } = faultyStore();
    faults.always('every', throttled);
    await expect(store.readHead(strong)).rejects.toBeInstanceOf(StoreUnavailable);
    expect((await inner.readHead(strong)).sequence).toBe(0);
    faults.heal();
    expect((await store.readHead(strong)).sequence).toBe(0);
  });
});

describe('RandomFaults', () => {
  function drawn(seed: number): readonly string[] {
    const faults = new RandomFaults({
      random: new SeededRandom(seed),
      chances: [
        { operation: 'every', probability: 0.2, fault: throttled },
        { operation: 'commit', probability: 0.3, fault: { kind: 'lost-acknowledgement' } },
      ],
    });
    return Array.from({ length: 400 }, (_, at) => faults.next(at % 2 === 0 ? 'commit' : 'read-head').kind);
  }

  it('are the same for the same seed, in about the proportions asked for', () => {
    expect(drawn(5)).toEqual(drawn(5));
    expect(drawn(5)).not.toEqual(drawn(6));
    const commits = drawn(5).filter((_, at) => at % 2 === 0);
    const lost = commits.filter((kind) => kind === 'lost-acknowledgement').length;
    expect(lost).toBeGreaterThan(40);
    expect(lost).toBeLessThan(80);
    expect(drawn(5).filter((_, at) => at % 2 === 1)).not.toContain('lost-acknowledgement');
  });

  it('end when healed', () => {
    const chances = [{ operation: 'every', probability: 1, fault: throttled }] as const;
    const faults = new RandomFaults({ random: new SeededRandom(1), chances });
    expect(faults.next('commit')).toEqual(throttled);
    faults.heal();
    expect(faults.next('commit')).toEqual({ kind: 'none' });
  });
});

describe('MeasuredStateStore', () => {
  it('reports how every call ended and how long it took', async () => {
    const { store, faults, clock } = faultyStore();
    const calls: StoreCall[] = [];
    const observer = { called: (call: StoreCall) => calls.push(call), consumed() {} };
    const measured = new MeasuredStateStore(store, { clock, observer });
    faults.once('read-head', { kind: 'slow', beforeMs: 5, afterMs: 0 }, throttled);
    faults.once('commit', { kind: 'none' }, { kind: 'conflict' }, { kind: 'lost-request' });
    await clock.run(measured.readHead(strong));
    await measured.readHead(strong).catch(() => {});
    await measured.commit(commitOf(1), signal);
    await measured.commit(commitOf(2), signal);
    await measured.commit(commitOf(2), signal).catch(() => {});
    expect(calls).toEqual([
      { operation: 'read-head', outcome: 'ok', durationMs: 5 },
      { operation: 'read-head', outcome: 'store-unavailable', durationMs: 0 },
      { operation: 'commit', outcome: 'ok', durationMs: 0 },
      { operation: 'commit', outcome: 'conflict', durationMs: 0 },
      { operation: 'commit', outcome: 'unknown-outcome', durationMs: 0 },
    ]);
  });
});

describe('MemoryStateStore', () => {
  it('loses records and entities when their time to live has passed, and no others', async () => {
    const store = new MemoryStateStore({ recordRetentionMs: 1_000 });
    await store.commit(commitOf(1), signal);
    await store.commit(commitOf(2), signal);
    await store.writeDetached(
      [
        { ...put('replica', 'old', {}), expiresAtMs: 1_000 },
        { ...put('replica', 'new', {}), expiresAtMs: 9e15 },
      ],
      signal,
    );
    const first = (await store.readRecord(sequence(1), signal))?.committedAtMs ?? 0;
    store.purgeExpired(first + 1_000);
    expect((await readRecords(store, 0)).map((record) => record.sequence)).toEqual([2]);
    expect((await store.readPartition('replica', signal)).map(({ key }) => key.id)).toEqual(['new']);
    store.trimThrough(sequence(2));
    expect(await readRecords(store, 0)).toEqual([]);
    expect((await store.readHead(strong)).sequence).toBe(2);
  });
});
