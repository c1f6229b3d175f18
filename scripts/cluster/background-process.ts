import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, isRunning, type ProcessIdentity, signalProcess } from './process-identity.ts';

export interface BackgroundCommand {
  readonly command: string;
  readonly arguments: readonly string[];
  /** The whole environment of the process. */
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
  /** Both outputs are appended here. */
  readonly logFile: string;
}

/**
 * Starts a process that outlives its starter: in a process group of its own, so that Ctrl-C in the terminal
 * reaches the starter only, and with its output in a file. Throws when the command cannot be run at all.
 */
export async function startInBackground(wanted: BackgroundCommand): Promise<ProcessIdentity> {
  mkdirSync(dirname(wanted.logFile), { recursive: true });
  const log = openSync(wanted.logFile, 'a');
  try {
    const child = spawn(wanted.command, wanted.arguments, {
      cwd: wanted.folder,
      env: wanted.environment,
      stdio: ['ignore', log, log],
      detached: true,
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const pid = child.pid ?? 0;
    return identityOf(pid) ?? { pid, startTime: 'ended at once' };
  } finally {
    closeSync(log);
  }
}

export interface StopOptions {
  readonly signal: NodeJS.Signals;
  /** Until SIGKILL, in milliseconds. */
  readonly graceMs: number;
}

/** How a process ended: it was not there any more, it followed the signal, or it had to be killed. */
export type StopOutcome = 'was gone' | 'stopped' | 'killed';

/** Signals the process, waits until it is gone, and kills it when the grace is over. */
export async function stopProcess(identity: ProcessIdentity, options: StopOptions): Promise<StopOutcome> {
  if (!signalProcess(identity, options.signal)) return 'was gone';
  if (await waitUntilGone(identity, options.graceMs)) return 'stopped';
  signalProcess(identity, 'SIGKILL');
  await waitUntilGone(identity, killedAfterMs);
  return 'killed';
}

/** Whether the process is gone, at the latest after the limit. */
export async function waitUntilGone(identity: ProcessIdentity, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (isRunning(identity)) {
    if (Date.now() >= end) return false;
    await delay(pauseMs);
  }
  return true;
}

/** The last lines of a log file; empty when there is none. */
export function logTail(logFile: string, lines = 15): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

const pauseMs = 25;
/** What the kernel may take to remove a killed process. */
const killedAfterMs = 5_000;
