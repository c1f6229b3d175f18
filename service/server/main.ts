import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../base/logger.ts';
import { Problem } from '../base/problem.ts';
import { InvalidConfiguration, readConfig } from './config.ts';
import { pinoAuditLog, pinoLogger } from './pino-logger.ts';
import { systemClock } from './system-clock.ts';
import { systemRandom } from './system-random.ts';
import { TokenFileUnusable } from './token-file.ts';
import { startReplica } from './wire.ts';

/** EX_CONFIG of sysexits.h: the configuration is wrong, so starting again does not help. */
const configurationWrong = 78;
const failed = 1;

/** Runs one replica until a signal ends it. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = pinoLogger(config);
  const replica = await startReplica(config, {
    clock: systemClock,
    random: systemRandom,
    logger,
    audit: pinoAuditLog(config),
    ...(await packaged()),
  });
  process.on('unhandledRejection', (error) => die(logger, error));
  process.on('uncaughtException', (error) => die(logger, error));
  const end = (signal: string): void => {
    void replica.shutdown.begin(signal).then((status) => process.exit(status));
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  await replica.failed;
}

/** A bug or a database that is not set up: this process cannot go on, the others do. */
function die(logger: Logger, error: unknown): void {
  if (error instanceof Problem) logger.error(error.message, { code: error.code });
  else logger.error('the replica failed', { error });
  process.exit(failed);
}

/** What the package says that this file belongs to, from source or from the build. */
async function packaged(): Promise<{ readonly version: string; readonly libraryFolder: string | null }> {
  for (const path of ['../../package.json', '../../../package.json']) {
    const url = new URL(path, import.meta.url);
    const text = await readFile(url, 'utf8').catch(() => null);
    if (text === null) continue;
    const { version } = JSON.parse(text) as { readonly version?: unknown };
    return {
      version: String(version),
      libraryFolder: fileURLToPath(new URL('service/policy/library', url)),
    };
  }
  return { version: 'unknown', libraryFolder: null };
}

/** What stops the start, in words and without a stack where a person can put it right. */
function explain(error: unknown): number {
  if (error instanceof InvalidConfiguration) {
    const lines = error.problems.map((problem) => `  ${problem}\n`).join('');
    process.stderr.write(`congress: ${error.message}:\n${lines}See docs/CONFIGURATION.md.\n`);
    return configurationWrong;
  }
  if (error instanceof TokenFileUnusable) {
    process.stderr.write(`congress: ${error.message}\nSee docs/SECURITY.md.\n`);
    return configurationWrong;
  }
  if (error instanceof Problem) process.stderr.write(`congress: ${error.message}\n`);
  else if (isListenError(error)) process.stderr.write(`congress: cannot listen: ${error.message}\n`);
  else
    process.stderr.write(
      `congress: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  return failed;
}

function isListenError(error: unknown): error is Error & { readonly syscall: string } {
  return (
    error instanceof Error && 'syscall' in error && ['listen', 'getaddrinfo'].includes(String(error.syscall))
  );
}

main().catch((error: unknown) => process.exit(explain(error)));
