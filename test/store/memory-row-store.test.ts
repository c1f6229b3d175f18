import { MemoryRowStore } from '../../service/store/memory/memory-row-store.ts';
import { FaultyRowStore } from '../../service/store/wrappers/faulty-row-store.ts';
import { ScriptedFaults } from '../../service/store/wrappers/scripted-faults.ts';
import { describeRowStore } from '../contracts/row-store-suite.ts';
import { ManualClock } from '../support/manual-clock.ts';

describeRowStore('MemoryRowStore', {
  async open() {
    const store = new MemoryRowStore();
    return { store, other: store, drop: async (key) => store.dropVersion(key) };
  },
  unreachable() {
    const faults = new ScriptedFaults().always('every', { kind: 'unavailable', reason: 'unreachable' });
    return new FaultyRowStore({ inner: new MemoryRowStore(), faults, clock: new ManualClock() });
  },
});

describe('MemoryRowStore', () => {
  const signal = new AbortController().signal;
  const key = { dataSourceId: 'd1', table: 'servers', version: 'v1' };

  it('loses the versions that were let go when their time has passed, and no others', async () => {
    const store = new MemoryRowStore();
    const kept = { ...key, version: 'v2' };
    for (const one of [key, kept]) await store.writeChunks(one, [Uint8Array.of(1)], signal);
    await store.expireChunks(key, 1, { expiresAtMs: 1_000, signal });
    store.purgeExpired(999);
    expect(await store.readChunks(key, 1, signal)).toHaveLength(1);
    store.purgeExpired(1_000);
    await expect(store.readChunks(key, 1, signal)).rejects.toThrow('is gone');
    expect(await store.readChunks(kept, 1, signal)).toHaveLength(1);
  });
});
