import type { SnapshotFolder } from '../../service/replication/snapshot-folder.ts';

/** A folder in memory that a test can look into, damage, or break. */
export class MemoryFolder implements SnapshotFolder {
  readonly files = new Map<string, Uint8Array>();
  broken = false;
  writes = 0;

  async read(name: string): Promise<Uint8Array | null> {
    this.#check();
    return this.files.get(name) ?? null;
  }

  async write(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    this.#check();
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(piece);
    this.#check();
    this.files.set(name, Buffer.concat(all));
    this.writes += 1;
  }

  async list(): Promise<readonly string[]> {
    return [...this.files.keys()];
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }

  #check(): void {
    if (this.broken) throw new Error('the disk is full');
  }
}
