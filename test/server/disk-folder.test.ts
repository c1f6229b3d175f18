import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskFolder } from '../../service/server/disk-folder.ts';

let path: string;
let folder: DiskFolder;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'congress-')), 'snapshot');
  folder = new DiskFolder(path);
});

afterEach(() => rmSync(join(path, '..'), { recursive: true, force: true }));

async function* pieces(...texts: readonly (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

async function text(name: string): Promise<string | undefined> {
  const bytes = await folder.read(name);
  return bytes === null ? undefined : Buffer.from(bytes).toString();
}

describe('DiskFolder', () => {
  it('reads back what was written, for this user alone', async () => {
    expect(await text('a')).toBeUndefined();
    await folder.write('a', pieces('one ', 'two'));
    expect(await text('a')).toBe('one two');
    expect(statSync(join(path, 'a')).mode & 0o077).toBe(0);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('keeps the old file when a new one is not finished', async () => {
    await folder.write('a', pieces('old'));
    await expect(folder.write('a', pieces('ne', new Error('crash')))).rejects.toThrow('crash');
    expect(await text('a')).toBe('old');
    await folder.write('a', pieces('new'));
    expect(await text('a')).toBe('new');
    expect(readdirSync(path)).toEqual(['a']);
  });

  it('lists and removes files, without those that were never finished', async () => {
    await folder.write('a', pieces('1'));
    writeFileSync(join(path, 'b.tmp'), 'half');
    expect(await folder.list()).toEqual(['a']);
    await folder.remove('a');
    await folder.remove('a');
    expect(await folder.list()).toEqual([]);
  });
});
