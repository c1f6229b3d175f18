import { stopMember } from './cluster/cluster.ts';
import { replicaName, setUpFolder } from './cluster/cluster-plan.ts';
import { type DockerState, noteMember, type ProcessState, readState } from './cluster/cluster-state.ts';
import { parseReplicaOrder, type ReplicaOrder } from './cluster/command-line.ts';
import { docker, replicaContainer } from './cluster/docker-compose.ts';
import { exitWithReason } from './cluster/exit-with-reason.ts';
import { startReplica } from './cluster/member-start.ts';
import { isRunning, signalProcess } from './cluster/process-identity.ts';

const root = process.cwd();
await exitWithReason(() => act(parseReplicaOrder(root, process.argv.slice(2))));

async function act(order: ReplicaOrder): Promise<void> {
  const state = readState(setUpFolder(root, order.port));
  if (state === null) throw new Error(`nothing was started at port ${order.port}`);
  const startedAt = performance.now();
  const done = state.kind === 'docker' ? actOnContainer(state, order) : await actOnProcess(state, order);
  console.log(`${replicaName(order.replica)}: ${done} (${Math.round(performance.now() - startedAt)} ms)`);
}

async function actOnProcess(state: ProcessState, { action, replica }: ReplicaOrder): Promise<string> {
  const { plan } = state;
  const name = replicaName(replica);
  const member = state.members[name];
  if (replica > plan.replicaPorts.length)
    throw new Error(`there are replicas 1 to ${plan.replicaPorts.length}`);
  const running = member !== undefined && isRunning(member.process);
  if (action === 'start') {
    if (running) throw new Error(`${name} runs already, pid ${member.process.pid}`);
    const { pid } = await startReplica(plan, replica);
    return `ready, pid ${pid}`;
  }
  if (!running) throw new Error(`${name} does not run`);
  if (action === 'stop') return stopMember(plan, name, member);
  noteMember(plan, name, { ...member, wanted: 'down' });
  signalProcess(member.process, 'SIGKILL');
  return 'killed';
}

function actOnContainer(state: DockerState, { action, replica }: ReplicaOrder): string {
  const container = replicaContainer(state, replica);
  if (action === 'kill') docker('kill', container);
  if (action === 'stop') docker('stop', '--time', '30', container);
  if (action === 'start') docker('start', container);
  return action === 'start' ? 'started' : action === 'stop' ? 'stopped' : 'killed';
}
