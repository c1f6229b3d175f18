import { clusterStatus } from './cluster/cluster.ts';
import { setUpFolder } from './cluster/cluster-plan.ts';
import { readState } from './cluster/cluster-state.ts';
import { parsePort } from './cluster/command-line.ts';
import { dockerStatus } from './cluster/docker-compose.ts';
import { exitWithReason } from './cluster/exit-with-reason.ts';
import { statusTable } from './cluster/status-table.ts';

const root = process.cwd();
await exitWithReason(status);

/** Exit status 1 when anything is not ready, so that it can be used in a script. */
async function status(): Promise<void> {
  const port = parsePort(root, process.argv.slice(2), 'scripts/status [--port 1789]');
  const state = readState(setUpFolder(root, port));
  if (state === null) throw new Error(`nothing was started at port ${port}`);
  const rows = state.kind === 'docker' ? dockerStatus(state) : await clusterStatus(state);
  console.log(statusTable(rows));
  if (rows.some((row) => row.state !== 'ready' && !row.state.includes('(healthy)'))) process.exitCode = 1;
}
