import { relative } from 'node:path';
import { type StopOutcome, stopProcess } from './background-process.ts';
import { type ClusterPlan, logFile, type MemberName, memberNames, memberUrl } from './cluster-plan.ts';
import { type MemberState, noteMember, type ProcessState, readState, removeState } from './cluster-state.ts';
import { isReady, startBalancer, startDatabase, startReplica } from './member-start.ts';
import { isRunning } from './process-identity.ts';
import type { StatusRow } from './status-table.ts';

/**
 * Starts everything and waits until all of it is ready: the database first, then the replicas at once, then the
 * balancer. Throws StartFailed with what went wrong; what was started by then is in the state file.
 */
export async function startCluster(plan: ClusterPlan): Promise<void> {
  await startDatabase(plan);
  const replicas = plan.replicaPorts.map((_, index) => startReplica(plan, index + 1));
  const failed = (await Promise.allSettled(replicas)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  await startBalancer(plan);
}

/** Stops what the state file names, in the reverse order of the start, and nothing else. Says how each ended. */
export async function stopCluster(state: ProcessState): Promise<ReadonlyMap<MemberName, StopOutcome>> {
  const stop = async (name: MemberName): Promise<readonly [MemberName, StopOutcome]> => {
    const member = state.members[name];
    return [name, member === undefined ? 'was gone' : await stopMember(state.plan, name, member)];
  };
  const names = memberNames(state.plan).filter((name) => state.members[name] !== undefined);
  const outcomes = [
    ...(await Promise.all(names.filter((name) => name === 'haproxy').map(stop))),
    ...(await Promise.all(names.filter((name) => name.startsWith('replica-')).map(stop))),
    ...(await Promise.all(names.filter((name) => name === 'dynamodb').map(stop))),
  ];
  removeState(state.plan.folder);
  return new Map(outcomes);
}

/** SIGTERM, then SIGKILL when it takes longer than a replica may take to drain. */
export function stopMember(plan: ClusterPlan, name: MemberName, member: MemberState): Promise<StopOutcome> {
  noteMember(plan, name, { ...member, wanted: 'down' });
  return stopProcess(member.process, { signal: 'SIGTERM', graceMs: stopWithinMs });
}

/** One line a member: where it is, whether it runs and is ready. */
export async function clusterStatus(state: ProcessState): Promise<readonly StatusRow[]> {
  return Promise.all(
    memberNames(state.plan).map(async (name) => {
      const member = state.members[name];
      return {
        name,
        url: memberUrl(state.plan, name),
        pid: member !== undefined && isRunning(member.process) ? String(member.process.pid) : '-',
        state: await memberCondition(state.plan, name, member),
        log: relative(process.cwd(), logFile(state.plan, name)),
      };
    }),
  );
}

/** The state of the set-up at this port if it is one of processes and any of them still runs. */
export function runningState(folder: string): ProcessState | null {
  const state = readState(folder);
  if (state?.kind !== 'processes') return null;
  return Object.values(state.members).some((member) => member !== undefined && isRunning(member.process))
    ? state
    : null;
}

async function memberCondition(
  plan: ClusterPlan,
  name: MemberName,
  member: MemberState | undefined,
): Promise<string> {
  if (member === undefined) return 'not started';
  if (isRunning(member.process)) return (await isReady(plan, name)) ? 'ready' : 'not ready';
  return member.wanted === 'down' ? 'stopped' : 'CRASHED';
}

/** A replica leaves within 25 s of SIGTERM (docs/ARCHITECTURE.md, failure behaviour). */
const stopWithinMs = 30_000;
