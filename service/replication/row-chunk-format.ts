import { assert } from '../base/assert.ts';
import type { Tuple, Value } from '../datalog/value.ts';

/**
 * The inside of a row chunk, before compression. Little-endian; every part starts at a multiple of 8.
 *
 *     header    8 x Uint32: format version, arity, rows, values, numbers, strings, heap encoding, heap bytes
 *     types     values x Uint8: what each value of the dictionary is
 *     numbers   numbers x 8 bytes: BigInt64 or Float64, for values of these types, in dictionary order
 *     lengths   strings x Uint32: length in UTF-16 units of each text in the heap, in dictionary order
 *     columns   arity x rows x Int32: indexes into the dictionary, one column after the other
 *     heap      the texts, end to end: strings, and integers beyond 64 bits in decimal
 *
 * A value appears once in the dictionary of its chunk, so a chunk is self-contained, and decoding costs one
 * object per distinct value, not per cell. The heap is UTF-8, or UTF-16 when a string holds a lone surrogate
 * (JSON allows them, UTF-8 does not). Floats keep their bits, so -0.0 comes back as such.
 */
const formatVersion = 1;
const headerBytes = 32;
const kinds = { string: 0, int64: 1, float64: 2, bigInteger: 3 } as const;
const heapEncodings = ['utf8', 'utf16le'] as const;
const loneSurrogate = /\p{Surrogate}/u;
const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/** Bytes of `rows` in the order given; all have `arity` values. */
export function encodeRows(rows: readonly Tuple[], arity: number): Uint8Array {
  const dictionary = new Map<Value, number>();
  const values: Value[] = [];
  const columns = new Int32Array(arity * rows.length);
  rows.forEach((row, index) => {
    assert(row.length === arity, 'all rows of a table have its arity');
    for (let column = 0; column < arity; column += 1) {
      columns[column * rows.length + index] = identify(row[column]!, dictionary, values);
    }
  });
  return layOut({ arity, rows: rows.length, values, columns });
}

/** The rows in the order in which they were encoded. Throws an Error for bytes that `encodeRows` did not make. */
export function decodeRows(bytes: Uint8Array): readonly Tuple[] {
  const reader = new PartReader(bytes);
  const [version, arity, rows, valueCount, numbers, strings, encoding, heapBytes] = reader.header();
  if (version !== formatVersion) throw new Error(`row chunk has format version ${version}`);
  const types = reader.part(valueCount, 1, (buffer, start) => new Uint8Array(buffer, start, valueCount));
  const floats = reader.part(numbers, 8, (buffer, start) => new Float64Array(buffer, start, numbers));
  const lengths = reader.part(strings, 4, (buffer, start) => new Uint32Array(buffer, start, strings));
  const cells = arity * rows;
  const columns = reader.part(cells, 4, (buffer, start) => new Int32Array(buffer, start, cells));
  const heap = reader.text(heapBytes, heapEncodings[encoding] ?? 'utf8');
  const values = readDictionary({ types, floats, lengths, heap });
  return rowsOfColumns({ arity, rows, values, columns });
}

/** Plain loops: a million rows pass through here at the start of a replica. */
function rowsOfColumns({ arity, rows, values, columns }: Laid): readonly Tuple[] {
  const result = new Array<Value[]>(rows);
  for (let row = 0; row < rows; row += 1) {
    const tuple = new Array<Value>(arity);
    for (let column = 0; column < arity; column += 1) tuple[column] = values[columns[column * rows + row]!]!;
    result[row] = tuple;
  }
  return result;
}

function identify(value: Value, dictionary: Map<Value, number>, values: Value[]): number {
  // A Map takes 0.0 and -0.0 for the same key; the bits differ, so -0.0 is not looked up.
  const found = Object.is(value, -0) ? undefined : dictionary.get(value);
  if (found !== undefined) return found;
  const id = values.length;
  if (!Object.is(value, -0)) dictionary.set(value, id);
  values.push(value);
  return id;
}

interface Laid {
  readonly arity: number;
  readonly rows: number;
  readonly values: readonly Value[];
  readonly columns: Int32Array;
}

function layOut({ arity, rows, values, columns }: Laid): Uint8Array {
  const types = Uint8Array.from(values, kindOf);
  const numbers = values.filter((_, index) => isNumber(types[index]!));
  const texts = values.filter((_, index) => !isNumber(types[index]!)).map(String);
  const text = texts.join('');
  const encoding = loneSurrogate.test(text) || texts.some((each) => loneSurrogate.test(each)) ? 1 : 0;
  const heap = Buffer.from(text, heapEncodings[encoding]);
  const sizes = [
    headerBytes,
    types.length,
    numbers.length * 8,
    texts.length * 4,
    columns.length * 4,
    heap.length,
  ];
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + padded(size), 0));
  const starts = sizes.map((_, part) => sizes.slice(0, part).reduce((sum, size) => sum + padded(size), 0));
  const counts = [
    formatVersion,
    arity,
    rows,
    values.length,
    numbers.length,
    texts.length,
    encoding,
    heap.length,
  ];
  new Uint32Array(bytes.buffer, 0, 8).set(counts);
  bytes.set(types, starts[1]);
  const view = new DataView(bytes.buffer);
  numbers.forEach((value, index) => {
    const at = starts[2]! + index * 8;
    if (typeof value === 'bigint') view.setBigInt64(at, value, true);
    else view.setFloat64(at, value as number, true);
  });
  new Uint32Array(bytes.buffer, starts[3], texts.length).set(texts.map((each) => each.length));
  new Int32Array(bytes.buffer, starts[4], columns.length).set(columns);
  bytes.set(heap, starts[5]);
  return bytes;
}

function kindOf(value: Value): number {
  if (typeof value === 'string') return kinds.string;
  if (typeof value === 'number') return kinds.float64;
  return value >= int64Min && value <= int64Max ? kinds.int64 : kinds.bigInteger;
}

function isNumber(kind: number): boolean {
  return kind === kinds.int64 || kind === kinds.float64;
}

function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}

interface Dictionary {
  readonly types: Uint8Array;
  readonly floats: Float64Array;
  readonly lengths: Uint32Array;
  readonly heap: string;
}

function readDictionary({ types, floats, lengths, heap }: Dictionary): readonly Value[] {
  const integers = new BigInt64Array(floats.buffer, floats.byteOffset, floats.length);
  let number = 0;
  let string = 0;
  let offset = 0;
  const text = (): string => {
    const start = offset;
    offset += lengths[string++]!;
    return heap.slice(start, offset);
  };
  return Array.from(types, (kind): Value => {
    switch (kind) {
      case kinds.string:
        return text();
      case kinds.int64:
        return integers[number++]!;
      case kinds.float64:
        return floats[number++]!;
      case kinds.bigInteger:
        return BigInt(text());
      default:
        throw new Error(`row chunk has a value of unknown kind ${kind}`);
    }
  });
}

class PartReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #offset = headerBytes;

  /** Copies: typed arrays need their alignment, and what comes from a pool has none. */
  constructor(bytes: Uint8Array) {
    if (bytes.length < headerBytes) throw new Error('row chunk is shorter than its header');
    this.#bytes = Uint8Array.from(bytes);
  }

  header(): readonly [number, number, number, number, number, number, number, number] {
    const counts = new Uint32Array(this.#bytes.buffer, 0, 8);
    return Array.from(counts) as unknown as ReturnType<PartReader['header']>;
  }

  part<Part>(count: number, width: number, view: (buffer: ArrayBuffer, start: number) => Part): Part {
    return view(this.#bytes.buffer, this.#advance(count * width));
  }

  text(length: number, encoding: BufferEncoding): string {
    const start = this.#advance(length);
    return Buffer.from(this.#bytes.buffer, start, length).toString(encoding);
  }

  #advance(size: number): number {
    const start = this.#offset;
    this.#offset += padded(size);
    if (this.#offset > this.#bytes.length) throw new Error('row chunk is shorter than its header says');
    return start;
  }
}
