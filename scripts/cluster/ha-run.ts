import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stopProcess } from './background-process.ts';
import { runChild } from './child-command.ts';
import { readState } from './cluster-state.ts';
import { ensureFreshBuild } from './fresh-build.ts';
import { haFolder, summarizeFigures } from './ha-figures.ts';
import { requireSystemPackages } from './system-packages.ts';

/**
 * Runs the HA tests on a build of these sources and prints what they measured. Resolves with the exit status;
 * whatever a test that was cut short left running is stopped. Throws when the set-up is not possible.
 */
export async function runHaTests(root: string, jestParameters: readonly string[]): Promise<number> {
  requireSystemPackages();
  ensureFreshBuild(root);
  await stopLeftovers(root);
  rmSync(haFolder(root), { recursive: true, force: true });
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const parameters = [jest, '--selectProjects=ha', '--runInBand', ...jestParameters];
  const status = await runChild(process.execPath, parameters, haLimitMs);
  await stopLeftovers(root);
  console.log(`\n${summarizeFigures(root)}`);
  return status;
}

async function stopLeftovers(root: string): Promise<void> {
  const folder = haFolder(root);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const state = readState(join(folder, name));
    if (state?.kind !== 'processes') continue;
    for (const member of Object.values(state.members)) {
      if (member !== undefined) await stopProcess(member.process, { signal: 'SIGKILL', graceMs: 1_000 });
    }
  }
}

const haLimitMs = 15 * 60_000;
