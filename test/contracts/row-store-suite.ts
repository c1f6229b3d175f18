import { rowChunkBytesMax } from '../../service/base/limits.ts';
import { RowChunksMissing, StoreUnavailable } from '../../service/store/problems.ts';
import type { RowStore, RowVersionKey } from '../../service/store/row-store.ts';

/** What the suite needs of an implementation. */
export interface RowStoreHarness {
  /** An empty store, and a second client of the same. */
  open(): Promise<{
    readonly store: RowStore;
    readonly other: RowStore;
    /** Removes a version, or one chunk of it, as time to live does. */
    drop(key: RowVersionKey, count: number): Promise<void>;
  }>;
  /** A store that cannot be reached. */
  unreachable(): RowStore;
}

const signal = new AbortController().signal;
const key: RowVersionKey = { dataSourceId: 'd1', table: 'servers', version: 'v1' };

/** The contract of RowStore (service/store/row-store.ts), held by every implementation. */
export function describeRowStore(name: string, harness: RowStoreHarness): void {
  describe(`${name} as a RowStore`, () => {
    describeChunks(harness);
    describeExpiry(harness);
    describeGivingUp(harness);
  });
}

function describeChunks(harness: RowStoreHarness): void {
  it('gives back the chunks of a version in order, to every client', async () => {
    const { store, other } = await harness.open();
    const chunks = Array.from({ length: 13 }, (_, number) => Uint8Array.of(number, 0, 255));
    await store.writeChunks(key, chunks, signal);
    for (const client of [store, other]) expect(await read(client, key, 13)).toEqual(chunks.map(plain));
    expect(await read(other, key, 4)).toEqual(chunks.slice(0, 4).map(plain));
  });

  it('holds chunks of the largest size', async () => {
    const { store } = await harness.open();
    const chunks = Array.from({ length: 5 }, (_, number) => new Uint8Array(rowChunkBytesMax).fill(number));
    await store.writeChunks(key, chunks, signal);
    const back = await store.readChunks(key, 5, signal);
    expect(back.map((chunk) => [chunk.byteLength, chunk[0], chunk.at(-1)])).toEqual(
      chunks.map((chunk, number) => [chunk.byteLength, number, number]),
    );
  });

  it('refuses larger chunks as a bug', async () => {
    const { store } = await harness.open();
    const chunk = new Uint8Array(rowChunkBytesMax + 1);
    await expect(store.writeChunks(key, [chunk], signal)).rejects.toThrow('fits one item');
  });

  it('keeps data sources, tables and versions apart, whatever a table is called', async () => {
    const { store } = await harness.open();
    const keys: RowVersionKey[] = [
      key,
      { ...key, dataSourceId: 'd2' },
      { ...key, table: 'servers#v1' },
      { ...key, version: 'v2' },
      { ...key, table: 'sörvers\u{1f600}' },
    ];
    for (const [number, one] of keys.entries()) {
      await store.writeChunks(one, [Uint8Array.of(number)], signal);
    }
    for (const [number, one] of keys.entries()) expect(await read(store, one, 1)).toEqual([[number]]);
  });

  it('takes the same version again, and a version without chunks', async () => {
    const { store } = await harness.open();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await store.writeChunks(key, [Uint8Array.of(1), Uint8Array.of(2)], signal);
    }
    expect(await read(store, key, 2)).toEqual([[1], [2]]);
    const empty = { ...key, version: 'empty' };
    await store.writeChunks(empty, [], signal);
    expect(await store.readChunks(empty, 0, signal)).toEqual([]);
  });
}

function describeExpiry(harness: RowStoreHarness): void {
  it('rejects with RowChunksMissing when a version is not there, or not whole', async () => {
    const { store, drop } = await harness.open();
    await expect(store.readChunks(key, 1, signal)).rejects.toBeInstanceOf(RowChunksMissing);
    await store.writeChunks(key, [Uint8Array.of(1), Uint8Array.of(2)], signal);
    await expect(store.readChunks(key, 3, signal)).rejects.toBeInstanceOf(RowChunksMissing);
    await drop(key, 2);
    await expect(store.readChunks(key, 2, signal)).rejects.toBeInstanceOf(RowChunksMissing);
  });

  it('keeps a version that was let go until its time has passed', async () => {
    const { store } = await harness.open();
    await store.writeChunks(key, [Uint8Array.of(1)], signal);
    await store.expireChunks(key, 1, { expiresAtMs: Date.now() + 3_600_000, signal });
    expect(await read(store, key, 1)).toEqual([[1]]);
  });

  it('lets go of what is gone already, and does not bring it back', async () => {
    const { store } = await harness.open();
    await store.expireChunks(key, 3, { expiresAtMs: Date.now() + 3_600_000, signal });
    await expect(store.readChunks(key, 1, signal)).rejects.toBeInstanceOf(RowChunksMissing);
  });
}

function describeGivingUp(harness: RowStoreHarness): void {
  it('rejects every call with StoreUnavailable when the signal was aborted before', async () => {
    const { store } = await harness.open();
    const rejections = await rejectionsOf(store, AbortSignal.abort(new Error('no longer wanted')));
    expect(rejections).toHaveLength(3);
    for (const error of rejections) expect(error).toMatchObject({ reason: 'aborted' });
    await expect(store.readChunks(key, 1, signal)).rejects.toBeInstanceOf(RowChunksMissing);
  });

  it('rejects every call with StoreUnavailable within the deadline when it cannot be reached', async () => {
    const startedMs = performance.now();
    const rejections = await rejectionsOf(harness.unreachable(), signal);
    expect(rejections).toHaveLength(3);
    for (const error of rejections) expect(error).toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });
}

async function rejectionsOf(store: RowStore, aborted: AbortSignal): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled([
    store.writeChunks(key, [Uint8Array.of(1)], aborted),
    store.readChunks(key, 1, aborted),
    store.expireChunks(key, 1, { expiresAtMs: Date.now() + 3_600_000, signal: aborted }),
  ]);
  return settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
}

async function read(
  store: RowStore,
  version: RowVersionKey,
  count: number,
): Promise<readonly (readonly number[])[]> {
  return (await store.readChunks(version, count, signal)).map(plain);
}

/** Buffers and byte arrays compare unequal. */
function plain(chunk: Uint8Array): readonly number[] {
  return [...chunk];
}
