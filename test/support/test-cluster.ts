import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stopProcess, waitUntilGone } from '../../scripts/cluster/background-process.ts';
import { startCluster, stopCluster } from '../../scripts/cluster/cluster.ts';
import {
  type ClusterPlan,
  type MemberName,
  memberUrl,
  replicaName,
} from '../../scripts/cluster/cluster-plan.ts';
import { noteMember, readState } from '../../scripts/cluster/cluster-state.ts';
import { type Figures, haFolder, noteFigures } from '../../scripts/cluster/ha-figures.ts';
import { startDatabase, startReplica } from '../../scripts/cluster/member-start.ts';
import { freePorts } from '../../scripts/cluster/ports.ts';
import { type ProcessIdentity, signalProcess } from '../../scripts/cluster/process-identity.ts';
import { CongressClient } from './congress-client.ts';
import { projectRoot } from './source-tree.ts';

export interface TestClusterOptions {
  readonly replicas: number;
  /** Default true. */
  readonly balancerRetries?: boolean;
  /** Default true: nothing of it survives its end. */
  readonly databaseInMemory?: boolean;
  /** Variables of the replicas. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * The processes of `scripts/up` on free ports: DynamoDB Local, replicas from the built server, HAProxy. Logs are in
 * `.run/ha/<name>/logs`. Stop it in `afterAll`.
 */
export class TestCluster {
  readonly plan: ClusterPlan;
  #clients = new Map<MemberName, CongressClient>();

  private constructor(plan: ClusterPlan) {
    this.plan = plan;
  }

  static async start(name: string, options: TestClusterOptions): Promise<TestCluster> {
    const [port = 0, databasePort = 0, ...replicaPorts] = await freePorts(options.replicas + 2);
    const folder = join(haFolder(projectRoot), name);
    mkdirSync(folder, { recursive: true });
    const cluster = new TestCluster({
      root: projectRoot,
      folder,
      port,
      replicaPorts,
      databasePort,
      databaseInMemory: options.databaseInMemory ?? true,
      balancerRetries: options.balancerRetries ?? true,
      environment: { ...options.environment },
    });
    try {
      await startCluster(cluster.plan);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** Talks to one replica, not through the balancer. */
  replica(k: number): CongressClient {
    return this.#client(replicaName(k));
  }

  get replicas(): readonly CongressClient[] {
    return this.plan.replicaPorts.map((_, index) => this.replica(index + 1));
  }

  get balancer(): CongressClient {
    return this.#client('haproxy');
  }

  get databaseUrl(): string {
    return memberUrl(this.plan, 'dynamodb');
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(name: MemberName): Promise<void> {
    await this.#end(name, 'SIGKILL', 5_000);
  }

  /** SIGTERM; resolves with the time it took to end, in milliseconds, and throws when it had to be killed. */
  async terminate(name: MemberName): Promise<number> {
    const startedAt = performance.now();
    await this.#end(name, 'SIGTERM', 30_000);
    return performance.now() - startedAt;
  }

  /** SIGSTOP: the process keeps its connections and does nothing. */
  pause(name: MemberName): void {
    signalProcess(this.#process(name), 'SIGSTOP');
  }

  resume(name: MemberName): void {
    signalProcess(this.#process(name), 'SIGCONT');
  }

  /** Starts it again; resolves when it is ready. `root`: of another build than that of this project. */
  async startReplica(k: number, root = this.plan.root): Promise<void> {
    await startReplica({ ...this.plan, root }, k);
  }

  async startDatabase(): Promise<void> {
    await startDatabase(this.plan);
  }

  /** Stops whatever runs, whatever state it is in. */
  async stop(): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    const state = readState(this.plan.folder);
    if (state?.kind !== 'processes') return;
    for (const member of Object.values(state.members)) {
      if (member !== undefined) await stopProcess(member.process, { signal: 'SIGKILL', graceMs: 5_000 });
    }
    await stopCluster(state);
  }

  async #end(name: MemberName, signal: NodeJS.Signals, withinMs: number): Promise<void> {
    const process = this.#process(name);
    noteMember(this.plan, name, { process, wanted: 'down' });
    signalProcess(process, signal);
    const gone = await waitUntilGone(process, withinMs);
    this.#clients.get(name)?.close();
    this.#clients.delete(name);
    if (!gone) throw new Error(`${name} still runs ${withinMs} ms after ${signal}`);
  }

  #process(name: MemberName): ProcessIdentity {
    const state = readState(this.plan.folder);
    const member = state?.kind === 'processes' ? state.members[name] : undefined;
    if (member === undefined) throw new Error(`${name} was never started`);
    return member.process;
  }

  #client(name: MemberName): CongressClient {
    const known = this.#clients.get(name) ?? new CongressClient(memberUrl(this.plan, name));
    this.#clients.set(name, known);
    return known;
  }
}

/** Keeps what a scenario measured for the table at the end of the run. */
export function note(figures: Figures): void {
  noteFigures(projectRoot, figures);
}
