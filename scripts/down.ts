import { stopCluster } from './cluster/cluster.ts';
import { setUpFolder } from './cluster/cluster-plan.ts';
import { readState, removeState } from './cluster/cluster-state.ts';
import { parsePort } from './cluster/command-line.ts';
import { composeDown } from './cluster/docker-compose.ts';
import { exitWithReason } from './cluster/exit-with-reason.ts';

const root = process.cwd();
await exitWithReason(down);

async function down(): Promise<void> {
  const port = parsePort(root, process.argv.slice(2), 'scripts/down [--port 1789]');
  const folder = setUpFolder(root, port);
  const state = readState(folder);
  if (state === null) {
    console.log(`nothing was started at port ${port}`);
    return;
  }
  if (state.kind === 'docker') {
    composeDown(root, state);
    removeState(folder);
    return;
  }
  for (const [name, outcome] of await stopCluster(state)) console.log(`${name}: ${outcome}`);
}
