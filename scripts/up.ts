import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { clusterStatus, runningState, startCluster, stopCluster } from './cluster/cluster.ts';
import { type ClusterPlan, planAt, setUpFolder, wantedPorts } from './cluster/cluster-plan.ts';
import {
  type DockerState,
  type ProcessState,
  readState,
  removeState,
  writeState,
} from './cluster/cluster-state.ts';
import { parseUp, type UpOptions } from './cluster/command-line.ts';
import { composeDown, composeUp, dockerState, dockerStatus, isHealthy } from './cluster/docker-compose.ts';
import { exitWithReason } from './cluster/exit-with-reason.ts';
import { ensureFreshBuild } from './cluster/fresh-build.ts';
import { requireFreePorts } from './cluster/ports.ts';
import { type StatusRow, statusTable } from './cluster/status-table.ts';
import { requireSystemPackages } from './cluster/system-packages.ts';

const root = process.cwd();

async function up(options: UpOptions): Promise<void> {
  const folder = setUpFolder(root, options.port);
  if (runningState(folder) !== null || readState(folder)?.kind === 'docker') {
    throw new Error(
      `a set-up at port ${options.port} runs already: scripts/status shows it, scripts/down stops it`,
    );
  }
  if (options.docker) return upInDocker(options);
  requireSystemPackages();
  ensureFreshBuild(root);
  const plan = planAt(root, options);
  await requireFreePorts(wantedPorts(plan));
  if (options.fresh) rmSync(folder, { recursive: true, force: true });
  await upAsProcesses(plan, options.detach);
}

async function upAsProcesses(plan: ClusterPlan, detach: boolean): Promise<void> {
  const interrupted = onceInterrupted();
  try {
    await Promise.race([
      startCluster(plan),
      interrupted.then(() => Promise.reject(new Error('interrupted'))),
    ]);
  } catch (error) {
    const state = currentState(plan);
    if (state !== null) await stopCluster(state);
    throw error;
  }
  const state = currentState(plan);
  if (state !== null) report(await clusterStatus(state), plan.port);
  if (detach) process.exit(0);
  console.log('\nCtrl-C stops everything.');
  await Promise.race([interrupted, showChanges(plan)]);
  console.log('\nstopping');
  const last = currentState(plan);
  if (last !== null) await stopCluster(last);
  process.exit(0);
}

/** Prints each change of a member's condition, until the state file is gone (scripts/down). */
async function showChanges(plan: ClusterPlan): Promise<void> {
  const seen = new Map<string, string>();
  for (let state = currentState(plan); state !== null; state = currentState(plan)) {
    for (const row of await clusterStatus(state)) {
      const before = seen.get(row.name);
      seen.set(row.name, row.state);
      if (before === undefined || before === row.state) continue;
      console.log(`${new Date().toISOString()} ${row.name}: ${row.state}; log ${row.log}`);
    }
    await delay(watchEveryMs);
  }
}

async function upInDocker(options: UpOptions): Promise<void> {
  const state: DockerState = dockerState(options.port, options.replicas);
  const folder = setUpFolder(root, options.port);
  const interrupted = onceInterrupted();
  writeState(folder, state);
  const down = () => {
    composeDown(root, state);
    removeState(folder);
  };
  try {
    composeUp(root, state);
    const end = Date.now() + healthyWithinMs;
    while (!isHealthy(state)) {
      if (Date.now() > end) {
        throw new Error(
          `not healthy within ${healthyWithinMs / 1_000} s:\n${statusTable(dockerStatus(state))}`,
        );
      }
      await delay(500);
    }
  } catch (error) {
    downAfter(error, down);
    throw error;
  }
  report(dockerStatus(state), state.port);
  if (options.detach) process.exit(0);
  console.log('\nCtrl-C stops everything.');
  await interrupted;
  down();
  process.exit(0);
}

/** Nothing of a start that failed is left; when that fails too, the first reason is the one to tell. */
function downAfter(reason: unknown, down: () => void): void {
  try {
    down();
  } catch (error) {
    console.error(`and stopping what had started failed: ${error instanceof Error ? error.message : error}`);
    console.error(`the first reason was: ${reason instanceof Error ? reason.message : reason}`);
  }
}

function report(rows: readonly StatusRow[], port: number): void {
  console.log(`${statusTable(rows)}\n\nCongress: http://127.0.0.1:${port}/v1/policies`);
}

function currentState(plan: ClusterPlan): ProcessState | null {
  const state = readState(plan.folder);
  return state?.kind === 'processes' ? state : null;
}

function onceInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

const watchEveryMs = 500;
const healthyWithinMs = 120_000;

await exitWithReason(() => up(parseUp(process.argv.slice(2))));
