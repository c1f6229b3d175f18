import { assert } from '../base/assert.ts';
import { rowChunkBytesMax } from '../base/limits.ts';

/** States that every chunk fits an item; cutting rows into chunks is the writer's work. */
export function checkChunks(chunks: readonly Uint8Array[]): void {
  for (const chunk of chunks) assert(chunk.byteLength <= rowChunkBytesMax, 'a row chunk fits one item');
}
