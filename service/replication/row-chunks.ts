import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Tuple, Value } from '../datalog/value.ts';
import type { Compressor } from './compressor.ts';
import { RowTooLarge } from './problems.ts';
import { decodeRows, encodeRows } from './row-chunk-format.ts';

/** Bytes before compression at which a chunk is closed; a few milliseconds of work between two yields. */
const rawBytesTarget = 1024 * 1024;
const rowsPerChunkMax = 20_000;
const inflatedBytesMax = 256 * 1024 * 1024;

export interface RowChunksOptions {
  readonly compressor: Compressor;
  readonly clock: Clock;
  /** Of one compressed chunk. */
  readonly chunkBytesMax: number;
}

/** The chunks of one table version, and what its TableVersion says about them. */
export interface EncodedRows {
  readonly chunks: readonly Uint8Array[];
  readonly rows: number;
  /** SHA-256 over the chunks' bytes in order, hexadecimal. */
  readonly digest: string;
}

/**
 * Rows to compressed chunks and back. Chunks are self-contained, so they are made and read one at a time, and
 * other work gets its turn in between: a million rows never hold up a request for longer than one chunk takes.
 */
export class RowChunks {
  readonly #options: RowChunksOptions;

  constructor(options: RowChunksOptions) {
    this.#options = options;
  }

  /** Throws RowTooLarge when a row does not fit a chunk. No rows make no chunks. */
  async encode(rows: readonly Tuple[], signal: AbortSignal): Promise<EncodedRows> {
    const chunks: Uint8Array[] = [];
    const hash = createHash('sha256');
    for (let start = 0; start < rows.length; ) {
      signal.throwIfAborted();
      const end = endOfChunk(rows, start);
      for (const chunk of await this.#fit(rows, start, end)) {
        chunks.push(chunk);
        hash.update(chunk);
      }
      start = end;
      await this.#options.clock.sleep(0);
    }
    return { chunks, rows: rows.length, digest: hash.digest('hex') };
  }

  /** The rows of all chunks in order. Rejects with an Error when they are damaged. */
  async decode(chunks: readonly Uint8Array[], signal: AbortSignal): Promise<readonly Tuple[]> {
    const rows: Tuple[] = [];
    for (const chunk of chunks) {
      signal.throwIfAborted();
      const bytes = await this.#options.compressor.inflate(chunk, inflatedBytesMax);
      for (const row of decodeRows(bytes)) rows.push(row);
      await this.#options.clock.sleep(0);
    }
    return rows;
  }

  /** Halves what does not fit, down to single rows. */
  async #fit(rows: readonly Tuple[], start: number, end: number): Promise<readonly Uint8Array[]> {
    const raw = encodeRows(rows.slice(start, end), rows[start]!.length);
    const chunk = await this.#options.compressor.deflate(raw);
    if (chunk.length <= this.#options.chunkBytesMax) return [chunk];
    if (end - start === 1) throw new RowTooLarge(start, this.#options.chunkBytesMax);
    const middle = start + Math.floor((end - start) / 2);
    return [...(await this.#fit(rows, start, middle)), ...(await this.#fit(rows, middle, end))];
  }
}

function endOfChunk(rows: readonly Tuple[], start: number): number {
  let bytes = 0;
  let end = start;
  while (end < rows.length && end - start < rowsPerChunkMax && bytes < rawBytesTarget) {
    for (const value of rows[end]!) bytes += sizeOf(value);
    end += 1;
  }
  return end;
}

/** A guess from above: repeated values are stored once. */
function sizeOf(value: Value): number {
  return typeof value === 'string' ? 8 + value.length : 12;
}
