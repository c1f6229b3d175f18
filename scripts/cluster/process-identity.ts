import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that we started. A pid alone is reused by the system; together with its start time it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the system tells it: clock ticks since boot on Linux, a date elsewhere. Compared, never computed with. */
  readonly startTime: string;
}

/** The identity of a running process; null when there is none with this pid, or only its remains (a zombie). */
export function identityOf(pid: number): ProcessIdentity | null {
  const startTime = process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
  return startTime === null ? null : { pid, startTime };
}

/** Whether exactly this process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startTime === identity.startTime;
}

/** Sends the signal if exactly this process still runs; says whether it was sent. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

/** The second field, the command, may hold spaces and parentheses: count from its end. State is field 3, start time 22. */
function startTimeFromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function startTimeFromPs(pid: number): string | null {
  try {
    const output = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [state, ...started] = output.trim().split(/\s+/);
    return state === undefined || state === '' || state.startsWith('Z') ? null : started.join(' ');
  } catch {
    return null;
  }
}
