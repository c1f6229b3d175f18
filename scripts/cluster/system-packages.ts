import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A program of the system that is missing and may not, or could not, be installed. */
class PackageMissing extends Error {}

/** Java for DynamoDB Local, HAProxy for the balancer: installs what is missing if it may, else throws PackageMissing. */
export function requireSystemPackages(): void {
  const wanted = [
    ...(javaVersion() >= javaVersionMin ? [] : [java]),
    ...(haproxyPath() === null ? [haproxy] : []),
  ];
  if (wanted.length === 0) return;
  const missing = wanted.map(({ what }) => what).join(' and ');
  const names = wanted.map(({ packages }) => packages[0]).join(' ');
  const advice = `install it yourself, on Debian: apt-get install ${names}`;
  const asRoot = rootPrefix();
  if (asRoot === null) throw new PackageMissing(`${missing} missing, and no right to install; ${advice}`);
  console.error(`${missing} missing: installing from the system's packages`);
  run([...asRoot, 'apt-get', 'update', '-q']);
  for (const { packages, what } of wanted) {
    if (!packages.some((name) => install(asRoot, name))) {
      throw new PackageMissing(`${what} could not be installed (tried ${packages.join(', ')}); ${advice}`);
    }
  }
  if (javaVersion() < javaVersionMin || haproxyPath() === null) {
    throw new PackageMissing(`${missing} still missing after the installation; ${advice}`);
  }
}

/** Where HAProxy is; it is in /usr/sbin, which is not on everybody's path. Null when it is nowhere. */
export function haproxyPath(): string | null {
  const places = (process.env.PATH ?? '')
    .split(':')
    .concat('/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin');
  const folder = places.find((place) => place !== '' && existsSync(`${place}/haproxy`));
  return folder === undefined ? null : `${folder}/haproxy`;
}

interface SystemPackage {
  readonly what: string;
  /** The first that the system has is taken. */
  readonly packages: readonly [string, ...string[]];
}

const javaVersionMin = 17;
const java: SystemPackage = {
  what: `Java ${javaVersionMin} or later`,
  packages: ['openjdk-17-jre-headless', 'openjdk-21-jre-headless', 'default-jre-headless'],
};
const haproxy: SystemPackage = { what: 'HAProxy', packages: ['haproxy'] };

/** Major version of the `java` on the path; 0 when there is none. */
function javaVersion(): number {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}

/** What to put before a command to run it as root; null when that is not possible without a password. */
function rootPrefix(): readonly string[] | null {
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return null;
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : null;
}

function install(asRoot: readonly string[], name: string): boolean {
  const quiet = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  return run([...asRoot, ...quiet, 'apt-get', 'install', '-q', '-y', '--no-install-recommends', name]);
}

function run([command = '', ...rest]: readonly string[]): boolean {
  return spawnSync(command, rest, { stdio: ['ignore', 2, 2] }).status === 0;
}
