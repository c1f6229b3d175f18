import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterPlan, MemberName } from './cluster-plan.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What a set-up started, kept in `.run/<port>/state.json` from the first process on. */
export type ClusterState = ProcessState | DockerState;

export interface ProcessState {
  readonly kind: 'processes';
  readonly plan: ClusterPlan;
  readonly members: Readonly<Partial<Record<MemberName, MemberState>>>;
}

export interface DockerState {
  readonly kind: 'docker';
  readonly port: number;
  readonly replicas: number;
  /** The compose project. */
  readonly project: string;
}

export interface MemberState {
  /** The last process of this member, running or not. */
  readonly process: ProcessIdentity;
  /** `down`: somebody asked for it, so that its absence is no crash. */
  readonly wanted: 'up' | 'down';
}

export function readState(folder: string): ClusterState | null {
  const path = join(folder, fileName);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/** Replaces the file in one step, so that a reader never sees half of it. */
export function writeState(folder: string, state: ClusterState): void {
  mkdirSync(folder, { recursive: true });
  const written = join(folder, `${fileName}.${process.pid}`);
  writeFileSync(written, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(written, join(folder, fileName));
}

/** Notes one member; everything else in the file stays as somebody else may have written it meanwhile. */
export function noteMember(plan: ClusterPlan, name: MemberName, member: MemberState): void {
  const state = readState(plan.folder);
  const members = state?.kind === 'processes' ? state.members : {};
  writeState(plan.folder, { kind: 'processes', plan, members: { ...members, [name]: member } });
}

export function removeState(folder: string): void {
  rmSync(join(folder, fileName), { force: true });
}

/** Ports of all set-ups below the project that have a state file, in order. */
export function knownPorts(root: string): readonly number[] {
  const folder = join(root, '.run');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name) && existsSync(join(folder, name, fileName)))
    .map(Number)
    .sort((a, b) => a - b);
}

const fileName = 'state.json';
