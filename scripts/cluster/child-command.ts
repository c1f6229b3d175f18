import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Runs a program with our output, both of its going to our standard error, and resolves with its exit status.
 * When it hangs, or we are interrupted, it ends with all processes of its group.
 */
export function runChild(program: string, parameters: readonly string[], limitMs: number): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, { stdio: ['ignore', 2, 2], detached: true });
    const onSignal = () => {
      endGroup(child);
      process.exit(130);
    };
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    const timer = setTimeout(() => {
      console.error(`not finished within ${limitMs / 60_000} minutes: stopped`);
      endGroup(child);
    }, limitMs);
    const finish = (status: number) => {
      clearTimeout(timer);
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      resolve(status);
    };
    child.once('error', (error) => {
      console.error(error.message);
      finish(1);
    });
    child.once('exit', (status) => finish(status ?? 1));
  });
}

function endGroup(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
}
