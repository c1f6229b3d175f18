import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** Compression of text. Behind an interface so that a simulation can make it synchronous. */
export interface Gzip {
  /** The same text gives the same bytes. */
  pack(text: string): Promise<Uint8Array>;
  unpack(bytes: Uint8Array): Promise<string>;
}

const packInPool = promisify<string, Buffer>(gzip);
const unpackInPool = promisify<Uint8Array, Buffer>(gunzip);

/** In Node's thread pool, off the event loop. */
export const poolGzip: Gzip = {
  pack: packInPool,
  unpack: async (bytes) => (await unpackInPool(bytes)).toString('utf8'),
};
