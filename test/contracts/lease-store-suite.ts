import type { Lease, LeaseStore } from '../../service/store/lease-store.ts';
import { StoreUnavailable } from '../../service/store/problems.ts';
import type { Commit, StateStore } from '../../service/store/state-store.ts';
import { commitOf, freshCommitIds, numbered, put, signal } from './commit-fixtures.ts';

/** What the suite needs of an implementation. */
export interface LeaseStoreHarness {
  /** A store in which no lease was ever taken, a second client of the same, and the commits beside it. */
  open(): Promise<{
    readonly leases: LeaseStore;
    readonly other: LeaseStore;
    readonly state: StateStore;
  }>;
  /** A store that cannot be reached. */
  unreachable(): LeaseStore;
}

const durationMs = 10_000;

/** The contract of LeaseStore (service/store/lease-store.ts), held by every implementation. */
export function describeLeaseStore(name: string, harness: LeaseStoreHarness): void {
  describe(`${name} as a LeaseStore`, () => {
    beforeEach(freshCommitIds);
    describeHolding(harness);
    describeChangingHands(harness);
    describeFencing(harness);
  });
}

async function take(
  store: LeaseStore,
  given: { readonly holder: string; readonly seen?: Lease | null; readonly name?: string },
): Promise<Lease> {
  const { holder, seen = null, name = 'poll' } = given;
  const lease = await store.takeLease({ name, holder, durationMs, seen }, signal);
  if (lease === null) throw new Error('the lease was not free');
  return lease;
}

function describeHolding(harness: LeaseStoreHarness): void {
  it('gives a lease that never was to exactly one of those who ask at the same time', async () => {
    const { leases, other } = await harness.open();
    const asked = numbered(6).map((rival) =>
      (rival % 2 === 0 ? leases : other).takeLease(
        { name: 'poll', holder: `replica-${rival}`, durationMs, seen: null },
        signal,
      ),
    );
    const given = (await Promise.all(asked)).filter((lease) => lease !== null);
    expect(given).toHaveLength(1);
    expect(given[0]).toMatchObject({ name: 'poll', generation: 1, durationMs });
    expect(await other.readLease('poll', signal)).toEqual(given[0]);
  });

  it('lists all leases by name, and answers null for one that never was', async () => {
    const { leases } = await harness.open();
    expect(await leases.readLeases(signal)).toEqual([]);
    expect(await leases.readLease('poll', signal)).toBeNull();
    const second = await take(leases, { name: 'b', holder: 'replica-1' });
    const first = await take(leases, { name: 'a', holder: 'replica-2' });
    expect(await leases.readLeases(signal)).toEqual([first, second]);
  });

  it('changes with every renewal, and is the same holder and generation still', async () => {
    const { leases, other } = await harness.open();
    const taken = await take(leases, { holder: 'replica-1' });
    const renewed = await leases.renewLease(taken, signal);
    expect(renewed).toEqual({ ...taken, renewal: taken.renewal + 1 });
    expect(await other.readLease('poll', signal)).toEqual(renewed);
    expect(await leases.renewLease(renewed as Lease, signal)).toMatchObject({ renewal: taken.renewal + 2 });
  });

  it('answers the same to a renewal that comes twice, and never goes back for one that comes late', async () => {
    const { leases } = await harness.open();
    const taken = await take(leases, { holder: 'replica-1' });
    const renewed = await leases.renewLease(taken, signal);
    expect(await leases.renewLease(taken, signal)).toEqual(renewed);
    const again = await leases.renewLease(renewed as Lease, signal);
    expect(await leases.renewLease(taken, signal)).toBeNull();
    expect(await leases.readLease('poll', signal)).toEqual(again);
  });

  it('says when the store cannot be reached', async () => {
    const lost = harness.unreachable();
    await expect(lost.readLeases(signal)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(take(lost, { holder: 'replica-1' })).rejects.toBeInstanceOf(StoreUnavailable);
  });
}

function describeChangingHands(harness: LeaseStoreHarness): void {
  it('goes to another only as that one saw it last, under the next generation', async () => {
    const { leases, other } = await harness.open();
    const seen = await take(leases, { holder: 'replica-1' });
    const renewed = (await leases.renewLease(seen, signal)) as Lease;
    const wish = { name: 'poll', holder: 'replica-2', durationMs };
    expect(await other.takeLease({ ...wish, seen: null }, signal)).toBeNull();
    expect(await other.takeLease({ ...wish, seen }, signal)).toBeNull();
    expect(await other.takeLease({ ...wish, seen: renewed }, signal)).toMatchObject({
      holder: 'replica-2',
      generation: 2,
    });
    expect(await leases.renewLease(renewed, signal)).toBeNull();
    await leases.releaseLease(renewed, signal);
    expect(await leases.readLease('poll', signal)).toMatchObject({ holder: 'replica-2', generation: 2 });
  });

  it('does not count a second call as a success of the first', async () => {
    const { leases } = await harness.open();
    const wish = { name: 'poll', holder: 'replica-1', durationMs, seen: null };
    const taken = (await leases.takeLease(wish, signal)) as Lease;
    expect(await leases.takeLease(wish, signal)).toBeNull();
    expect(await leases.takeLease({ ...wish, seen: taken }, signal)).toMatchObject({ generation: 2 });
  });

  it('is free at once when it was released, and keeps its generation', async () => {
    const { leases, other } = await harness.open();
    const taken = await take(leases, { holder: 'replica-1' });
    await leases.releaseLease(taken, signal);
    await leases.releaseLease(taken, signal);
    const seen = await other.readLease('poll', signal);
    expect(seen).toMatchObject({ holder: null, generation: 1 });
    expect(seen?.renewal).toBeGreaterThan(taken.renewal);
    expect(await leases.renewLease(taken, signal)).toBeNull();
    expect(await take(other, { holder: 'replica-2', seen })).toMatchObject({ generation: 2, renewal: 0 });
  });
}

function describeFencing(harness: LeaseStoreHarness): void {
  const fenced = (at: number, leases: Commit['leases'], id = `commit-${at}`): Commit => ({
    ...commitOf(at, { id, writes: [put('policy', id, {})] }),
    ...(leases === undefined ? {} : { leases }),
  });

  it('lets the holder commit, and nobody with an earlier generation', async () => {
    const { leases, state } = await harness.open();
    const first = await take(leases, { holder: 'replica-1' });
    expect(await state.commit(fenced(1, [first]), signal)).toEqual({ kind: 'committed' });
    await take(leases, { holder: 'replica-2', seen: first });
    const late = fenced(2, [first], 'late');
    expect(await state.commit(late, signal)).toEqual({
      kind: 'fenced',
      leases: ['poll'],
      claims: [],
    });
    expect((await state.readHead({ consistency: 'strong', signal })).sequence).toBe(1);
    expect(await state.readPartition('policy', signal)).toHaveLength(1);
    expect(await state.commit(fenced(2, [{ name: 'poll', generation: 2 }]), signal)).toEqual({
      kind: 'committed',
    });
  });

  it('fences a holder that released, and a lease that never was', async () => {
    const { leases, state } = await harness.open();
    const first = await take(leases, { holder: 'replica-1' });
    const other = await take(leases, { name: 'other', holder: 'replica-1' });
    await leases.releaseLease(first, signal);
    const never = { name: 'never', generation: 1 };
    expect(await state.commit(fenced(1, [other, first, never]), signal)).toEqual({
      kind: 'fenced',
      leases: ['poll', 'never'],
      claims: [],
    });
  });

  it('is not lost by a renewal between planning and committing', async () => {
    const { leases, state } = await harness.open();
    const first = await take(leases, { holder: 'replica-1' });
    await leases.renewLease(first, signal);
    expect(await state.commit(fenced(1, [first]), signal)).toEqual({ kind: 'committed' });
  });

  it('still answers committed for what was committed before the lease was lost', async () => {
    const { leases, state } = await harness.open();
    const first = await take(leases, { holder: 'replica-1' });
    const commit = fenced(1, [first]);
    await state.commit(commit, signal);
    await take(leases, { holder: 'replica-2', seen: first });
    await state.commit(commitOf(2), signal);
    expect(await state.commit(commit, signal)).toEqual({ kind: 'committed' });
  });

  it('says conflict, not fenced, to a holder that only was not at the head', async () => {
    const { leases, state } = await harness.open();
    const first = await take(leases, { holder: 'replica-1' });
    await state.commit(commitOf(1), signal);
    expect(await state.commit(fenced(1, [first], 'late'), signal)).toEqual({ kind: 'conflict' });
  });
}
