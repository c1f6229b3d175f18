import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

/** Compression off the event loop. Behind an interface so that a simulation can make it synchronous. */
export interface Compressor {
  deflate(bytes: Uint8Array): Promise<Uint8Array>;
  /** Rejects when the result would be larger than `bytesMax`: the bytes are not ours. */
  inflate(bytes: Uint8Array, bytesMax: number): Promise<Uint8Array>;
}

const deflateInPool = promisify(deflateRaw) as (
  bytes: Uint8Array,
  options: { readonly level: number },
) => Promise<Buffer>;
const inflateInPool = promisify(inflateRaw) as (
  bytes: Uint8Array,
  options: { readonly maxOutputLength: number },
) => Promise<Buffer>;

/** Raw DEFLATE (RFC 1951) in Node's thread pool; level 3 because rows are written once and read N times soon. */
export const zlibCompressor: Compressor = {
  deflate: (bytes) => deflateInPool(bytes, { level: 3 }),
  inflate: (bytes, bytesMax) => inflateInPool(bytes, { maxOutputLength: bytesMax }),
};
