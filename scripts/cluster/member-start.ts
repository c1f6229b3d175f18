import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BackgroundCommand, logTail, startInBackground } from './background-process.ts';
import {
  type ClusterPlan,
  logFile,
  type MemberName,
  memberUrl,
  replicaName,
  replicaPort,
} from './cluster-plan.ts';
import { noteMember } from './cluster-state.ts';
import { databaseCommand } from './database-command.ts';
import { haproxyConfig } from './haproxy-config.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';
import { haproxyPath } from './system-packages.ts';

/** A member that did not become ready; the message ends with the tail of its log. */
class StartFailed extends Error {
  constructor(name: MemberName, reason: string, log: string) {
    const tail = logTail(log);
    super(`${name} ${reason}; its log is ${log}${tail === '' ? '' : `, which ends with:\n${tail}`}`);
  }
}

/** Starts DynamoDB Local and waits until it answers. */
export function startDatabase(plan: ClusterPlan): Promise<ProcessIdentity> {
  const command = databaseCommand({
    root: plan.root,
    port: plan.databasePort,
    dataFolder: plan.databaseInMemory ? null : join(plan.folder, 'dynamodb'),
  });
  return startMember(plan, 'dynamodb', { ...command, environment: process.env });
}

/** Starts a replica; it is ready when it says so itself. */
export function startReplica(plan: ClusterPlan, k: number): Promise<ProcessIdentity> {
  return startMember(plan, replicaName(k), {
    command: process.execPath,
    arguments: ['--enable-source-maps', join(plan.root, 'dist', 'service', 'server', 'main.js')],
    folder: plan.root,
    environment: { ...ownDefaults, ...process.env, ...replicaVariables(plan, k), ...plan.environment },
  });
}

/** Starts HAProxy with a configuration written for this set-up; ready when a replica answers through it. */
export function startBalancer(plan: ClusterPlan): Promise<ProcessIdentity> {
  const file = join(plan.folder, 'haproxy.cfg');
  const servers = plan.replicaPorts.map((port, index) => ({
    name: replicaName(index + 1),
    address: `127.0.0.1:${port}`,
  }));
  const options = {
    bind: `127.0.0.1:${plan.port}`,
    retries: plan.balancerRetries,
    replicas: { kind: 'fixed', servers },
  } as const;
  writeFileSync(file, haproxyConfig(options));
  return startMember(plan, 'haproxy', {
    command: haproxyPath() ?? 'haproxy',
    arguments: ['-db', '-f', file],
    folder: plan.folder,
    environment: process.env,
  });
}

function replicaVariables(plan: ClusterPlan, k: number): Readonly<Record<string, string>> {
  return {
    NODE_ENV: 'production',
    CONGRESS_HOST: '127.0.0.1',
    CONGRESS_PORT: String(replicaPort(plan, k)),
    CONGRESS_REPLICA_NAME: replicaName(k),
    CONGRESS_STORE: 'dynamodb',
    CONGRESS_DYNAMODB_ENDPOINT: memberUrl(plan, 'dynamodb'),
  };
}

/** What HAProxy needs to see that a replica leaves takes 1 to 1.5 s; nothing is gained by the 8 s that suit an ALB. */
const ownDefaults = { CONGRESS_DRAIN_MS: '3000' };

async function startMember(
  plan: ClusterPlan,
  name: MemberName,
  command: Omit<BackgroundCommand, 'logFile'>,
): Promise<ProcessIdentity> {
  const log = logFile(plan, name);
  const started = await startInBackground({ ...command, logFile: log });
  noteMember(plan, name, { process: started, wanted: 'up' });
  const end = Date.now() + readyWithinMs;
  while (!(await isReady(plan, name))) {
    if (!isRunning(started)) throw new StartFailed(name, 'ended before it was ready', log);
    if (Date.now() > end) throw new StartFailed(name, `was not ready within ${readyWithinMs / 1_000} s`, log);
    await delay(50);
  }
  return started;
}

/** A database answers anything at all, 400 to a plain GET; the others answer /readyz with 200. */
export async function isReady(plan: ClusterPlan, name: MemberName): Promise<boolean> {
  const url = memberUrl(plan, name);
  try {
    const response = await fetch(name === 'dynamodb' ? url : `${url}/readyz`, {
      signal: AbortSignal.timeout(2_000),
    });
    await response.arrayBuffer();
    return name === 'dynamodb' || response.status === 200;
  } catch {
    return false;
  }
}

const readyWithinMs = 60_000;
