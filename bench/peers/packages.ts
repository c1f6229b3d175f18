import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Peers from npm, with the versions that are compared; they are no dependencies of the project. */
const packages = {
  'better-sqlite3': '12.11.1',
  '@duckdb/node-api': '1.5.6-r.1',
  '@tanstack/db-ivm': '0.2.0',
} as const;

/** Where they are installed, below the folder that a measuring process runs in. */
const folder = 'peers';

export type NpmPeer = keyof typeof packages;

/** For a measuring process: the package, from the folder of peers. */
export function requirePeer(name: NpmPeer): unknown {
  return createRequire(join(process.cwd(), folder, 'package.json'))(name);
}

/** Installs what is missing; answers the versions of those that can be used, and says why others cannot. */
export function installPeers(benchFolder: string): ReadonlyMap<NpmPeer, string> {
  const peers = join(benchFolder, folder);
  mkdirSync(peers, { recursive: true });
  if (!existsSync(join(peers, 'package.json')))
    writeFileSync(join(peers, 'package.json'), '{"private":true}\n');
  const usable = new Map<NpmPeer, string>();
  for (const [name, version] of Object.entries(packages) as [NpmPeer, string][]) {
    if (installedVersion(peers, name) !== version) install(peers, `${name}@${version}`);
    if (installedVersion(peers, name) === version) usable.set(name, version);
    else
      console.log(`${name} ${version} is not to be had here: it is left out (see the messages of npm above)`);
  }
  return usable;
}

function install(peers: string, what: string): void {
  const args = ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', '--save-exact', what];
  try {
    execFileSync('npm', args, { cwd: peers, stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 });
  } catch {
    // Whoever looks for the version finds that it is missing.
  }
}

function installedVersion(peers: string, name: string): string | null {
  const file = join(peers, 'node_modules', name, 'package.json');
  if (!existsSync(file)) return null;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
