import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Builds `dist/` when a source is newer than the last build that went well. Throws when the build fails. */
export function ensureFreshBuild(root: string): void {
  const stamp = join(root, 'dist', '.built');
  const startedAt = new Date();
  if (newestSource(root) <= modified(stamp)) return;
  console.error('building (npm run build)');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build failed; see the messages above');
  writeFileSync(stamp, `${startedAt.toISOString()}\n`);
}

function newestSource(root: string): number {
  const sources = readdirSync(join(root, 'service'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(root, name));
  return Math.max(...[...sources, ...settings].map(modified));
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
