import { join } from 'node:path';
import type { WantedPort } from './ports.ts';

/**
 * One set-up: what it consists of, where it listens and where its files are. Plain data that is kept in the
 * state file, so that a command given later acts on the same thing.
 */
export interface ClusterPlan {
  /** The project's top folder. */
  readonly root: string;
  /** State, logs, configuration and data. */
  readonly folder: string;
  /** The balancer's. */
  readonly port: number;
  /** Replica k has the k-th, counted from 1. */
  readonly replicaPorts: readonly number[];
  readonly databasePort: number;
  /** In memory a database loses everything when it stops. */
  readonly databaseInMemory: boolean;
  readonly balancerRetries: boolean;
  /** Further variables of the replicas, `CONGRESS_...`; they win over ours. */
  readonly environment: Readonly<Record<string, string>>;
}

export type MemberName = 'dynamodb' | 'haproxy' | `replica-${number}`;

/** More would reach the database's port. */
export const replicasMax = 99;
export const defaultPort = 1789;
export const defaultReplicas = 2;

/** The set-up of `scripts/up`: replica k on port + k, the database on port + 100. */
export function planAt(
  root: string,
  options: { readonly port: number; readonly replicas: number },
): ClusterPlan {
  const { port, replicas } = options;
  return {
    root,
    folder: setUpFolder(root, port),
    port,
    replicaPorts: Array.from({ length: replicas }, (_, index) => port + index + 1),
    databasePort: port + replicasMax + 1,
    databaseInMemory: false,
    balancerRetries: true,
    environment: {},
  };
}

export function setUpFolder(root: string, port: number): string {
  return join(root, '.run', String(port));
}

export function replicaName(k: number): MemberName {
  return `replica-${k}`;
}

export function replicaPort(plan: ClusterPlan, k: number): number {
  const port = plan.replicaPorts[k - 1];
  if (port === undefined) throw new Error(`there is no replica ${k}, only 1 to ${plan.replicaPorts.length}`);
  return port;
}

/** Where a member answers, as the status table shows it. */
export function memberUrl(plan: ClusterPlan, name: MemberName): string {
  if (name === 'haproxy') return localUrl(plan.port);
  if (name === 'dynamodb') return localUrl(plan.databasePort);
  return localUrl(replicaPort(plan, Number(name.slice('replica-'.length))));
}

export function logFile(plan: ClusterPlan, name: MemberName): string {
  return join(plan.folder, 'logs', `${name}.log`);
}

/** In the order in which they start. */
export function memberNames(plan: ClusterPlan): readonly MemberName[] {
  return ['dynamodb', ...plan.replicaPorts.map((_, index) => replicaName(index + 1)), 'haproxy'];
}

export function wantedPorts(plan: ClusterPlan): readonly WantedPort[] {
  return [
    { port: plan.port, purpose: 'HAProxy' },
    ...plan.replicaPorts.map((port, index) => ({ port, purpose: `replica ${index + 1}` })),
    { port: plan.databasePort, purpose: 'DynamoDB Local' },
  ];
}

function localUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}
