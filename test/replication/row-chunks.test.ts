import fc from 'fast-check';
import type { Tuple, Value } from '../../service/datalog/value.ts';
import { zlibCompressor } from '../../service/replication/compressor.ts';
import { RowTooLarge } from '../../service/replication/problems.ts';
import { decodeRows, encodeRows } from '../../service/replication/row-chunk-format.ts';
import { RowChunks } from '../../service/replication/row-chunks.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { never, syncCompressor } from './cluster.ts';

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'id-1', 'ä€😀', '\ud800', '\udc00x', '\ufeff', '\u0000'),
  fc.bigInt(),
  fc.constantFrom(0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, -(2n ** 63n) - 1n, 10n ** 40n),
  fc.double(),
);

function table(arity: number): fc.Arbitrary<readonly Tuple[]> {
  return fc.array(fc.array(value, { minLength: arity, maxLength: arity }), { maxLength: 30 });
}

function chunksOf(chunkBytesMax: number): RowChunks {
  return new RowChunks({ compressor: syncCompressor, clock: new ManualClock(), chunkBytesMax });
}

describe('the inside of a row chunk', () => {
  it('comes back as it was, types and order included', () => {
    const tables = fc
      .integer({ min: 0, max: 5 })
      .chain((arity) => fc.tuple(fc.constant(arity), table(arity)));
    fc.assert(
      fc.property(tables, ([arity, rows]) => {
        const back = decodeRows(encodeRows(rows, arity));
        expect(back.length).toBe(rows.length);
        rows.forEach((row, index) => {
          expect(row.every((each, column) => Object.is(back[index]?.[column], each))).toBe(true);
        });
      }),
    );
  });

  it('keeps integer 1, float 1.0 and string 1 apart', () => {
    expect(decodeRows(encodeRows([[1n, 1, '1']], 3))).toEqual([[1n, 1, '1']]);
  });

  it('keeps the sign of a float zero', () => {
    const [row] = decodeRows(encodeRows([[0, -0]], 2));
    expect(row?.map((each) => Object.is(each, -0))).toEqual([false, true]);
  });

  it('keeps rows without columns', () => {
    expect(decodeRows(encodeRows([[], []], 0))).toEqual([[], []]);
  });

  it('is refused when it was cut off or is of another version', () => {
    const bytes = encodeRows([['a', 1n]], 2);
    expect(() => decodeRows(bytes.slice(0, bytes.length - 8))).toThrow('shorter');
    expect(() => decodeRows(bytes.slice(0, 10))).toThrow('shorter');
    const newer = Uint8Array.from(bytes);
    newer[0] = 9;
    expect(() => decodeRows(newer)).toThrow('format version 9');
  });
});

describe('row chunks', () => {
  it('hold any number of rows, each chunk within the limit', async () => {
    const chunks = chunksOf(2_000);
    const rows = Array.from(
      { length: 3_000 },
      (_, index): Tuple => [`server-${index * 7919}`, BigInt(index), index / 3],
    );
    const encoded = await chunks.encode(rows, never);
    expect(encoded.rows).toBe(3_000);
    expect(encoded.chunks.length).toBeGreaterThan(10);
    expect(Math.max(...encoded.chunks.map(({ length }) => length))).toBeLessThanOrEqual(2_000);
    expect(await chunks.decode(encoded.chunks, never)).toEqual(rows);
  });

  it('of no rows are none', async () => {
    expect((await chunksOf(1_000).encode([], never)).chunks).toEqual([]);
  });

  it('are the same bytes for the same rows', async () => {
    const rows: readonly Tuple[] = [
      ['a', 1n],
      ['b', 2n],
    ];
    const [first, second] = [
      await chunksOf(1_000).encode(rows, never),
      await chunksOf(1_000).encode(rows, never),
    ];
    expect(first.digest).toBe(second.digest);
    expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('name the row that does not fit', async () => {
    const random = new SeededRandom(7);
    const noise = Array.from({ length: 100 }, () => random.uuid()).join('');
    await expect(chunksOf(300).encode([['a'], [noise]], never)).rejects.toThrow(RowTooLarge);
    await expect(chunksOf(300).encode([['a'], [noise]], never)).rejects.toMatchObject({ index: 1 });
  });

  it('yield to others between chunks', async () => {
    const chunks = new RowChunks({
      compressor: zlibCompressor,
      clock: new ManualClock(),
      chunkBytesMax: 300_000,
    });
    const rows = Array.from({ length: 60_000 }, (_, index): Tuple => [`s${index}`, BigInt(index)]);
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
    }, 0);
    const encoded = await chunks.encode(rows, never);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(1);
    expect(await chunks.decode(encoded.chunks, never)).toEqual(rows);
  });

  it('stop when nobody waits for them any more', async () => {
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(chunksOf(1_000).encode([['a']], gone)).rejects.toThrow('gone');
  });
});
