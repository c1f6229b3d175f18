import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotFolder } from '../replication/snapshot-folder.ts';

const unfinished = '.tmp';

/** A folder on the local disk, readable by this user alone: what lies in it is what the database holds. */
export class DiskFolder implements SnapshotFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async read(name: string): Promise<Uint8Array | null> {
    try {
      return await readFile(join(this.#path, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Written beside, flushed to the disk, then renamed: after a crash the old file or the new one is there, whole. */
  async write(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    const beside = join(this.#path, `${name}${unfinished}`);
    const file = await open(beside, 'w', 0o600);
    try {
      for await (const piece of pieces) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, join(this.#path, name));
    await this.#flush();
  }

  async list(): Promise<readonly string[]> {
    return (await readdir(this.#path)).filter((name) => !name.endsWith(unfinished));
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#path, name), { force: true });
  }

  /** The new name is part of the folder, which has to reach the disk, too. */
  async #flush(): Promise<void> {
    const folder = await open(this.#path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
