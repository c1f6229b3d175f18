import { spawn } from 'node:child_process';
import { planAt, wantedPorts } from '../cluster/cluster-plan.ts';
import { requireFreePorts } from '../cluster/ports.ts';

/**
 * Runs one of the project's own commands as a person would, showing its output indented. Rejects when it fails.
 */
export function runScript(script: string, parameters: readonly string[]): Promise<void> {
  const line = [`scripts/${script}`, ...parameters].join(' ');
  console.log(`   $ ${line}`);
  return new Promise((resolve, reject) => {
    const child = spawn(`scripts/${script}`, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const each of lines) console.log(each === '' ? '' : `   ${each}`);
    });
    child.once('error', reject);
    child.once('close', (status) => {
      if (rest !== '') console.log(`   ${rest}`);
      if (status === 0) resolve();
      else reject(new Error(`\`${line}\` failed with status ${status}`));
    });
  });
}

/** The first port from `first` on at which a whole set-up finds its ports free, so that nothing is disturbed. */
export async function freeSetUpPort(first: number, replicas: number): Promise<number> {
  for (let port = first; port < first + 100 * portStep; port += portStep) {
    const free = await requireFreePorts(wantedPorts(planAt(process.cwd(), { port, replicas }))).then(
      () => true,
      () => false,
    );
    if (free) return port;
  }
  throw new Error(`no free ports found from ${first} on; choose some with --port`);
}

/** A set-up takes its port, the next ones, and the one 100 later. */
const portStep = 200;
