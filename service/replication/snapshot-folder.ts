/**
 * A folder of this replica alone, for what it can do without. Files appear whole or not at all. Rejects with any Error
 * when the disk does not serve; callers go on without it.
 */
export interface SnapshotFolder {
  /** Null when there is no file of that name. */
  read(name: string): Promise<Uint8Array | null>;
  /** Replaces the file when all of it is on the disk. */
  write(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  list(): Promise<readonly string[]>;
  remove(name: string): Promise<void>;
}
