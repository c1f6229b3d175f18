import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CongressClient } from '../../test/support/congress-client.ts';
import { stopProcess, waitUntilGone } from '../cluster/background-process.ts';
import { stopCluster } from '../cluster/cluster.ts';
import { type ClusterPlan, type MemberName, memberUrl, replicaName } from '../cluster/cluster-plan.ts';
import { noteMember, readState } from '../cluster/cluster-state.ts';
import { haFolder } from '../cluster/ha-figures.ts';
import { startBalancer, startDatabase, startReplica } from '../cluster/member-start.ts';
import { freePorts } from '../cluster/ports.ts';
import { type ProcessIdentity, signalProcess } from '../cluster/process-identity.ts';
import { FaultProxy } from './fault-proxy.ts';

/** The most replicas that a scenario starts. */
export const replicasMax = 8;

/**
 * Real processes on free ports of this machine: DynamoDB Local on a disk, up to eight replicas, of which each reaches
 * the database through a proxy of its own, and two HAProxy before the same replicas, with and without retries.
 */
export class FaultyCluster {
  readonly plan: ClusterPlan;
  readonly proxies: readonly FaultProxy[];
  readonly withRetries: CongressClient;
  readonly withoutRetries: CongressClient;
  readonly #balancers: readonly ClusterPlan[];
  readonly #running = new Set<number>();

  private constructor(plan: ClusterPlan, proxies: readonly FaultProxy[], balancers: readonly ClusterPlan[]) {
    this.plan = plan;
    this.proxies = proxies;
    this.#balancers = balancers;
    const [withRetries, withoutRetries] = balancers.map(
      ({ port }) => new CongressClient(`http://127.0.0.1:${port}`),
    );
    this.withRetries = withRetries!;
    this.withoutRetries = withoutRetries!;
  }

  static async start(root: string, name: string): Promise<FaultyCluster> {
    const ports = await freePorts(3 + 2 * replicasMax);
    const [port = 0, otherPort = 0, databasePort = 0] = ports;
    const folder = join(haFolder(root), name);
    // A run before this one left its data.
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const plan: ClusterPlan = {
      root,
      folder,
      port,
      replicaPorts: ports.slice(3, 3 + replicasMax),
      databasePort,
      databaseInMemory: false,
      balancerRetries: true,
      environment: {},
    };
    const proxies = await Promise.all(
      ports.slice(3 + replicasMax).map((own) => FaultProxy.start({ own, target: databasePort })),
    );
    const other = {
      ...plan,
      folder: join(folder, 'without-retries'),
      port: otherPort,
      balancerRetries: false,
    };
    mkdirSync(other.folder, { recursive: true });
    const cluster = new FaultyCluster(plan, proxies, [plan, other]);
    try {
      await startDatabase(plan);
      for (const k of [1, 2, 3]) await cluster.startReplica(k);
      for (const balancer of cluster.#balancers) await startBalancer(balancer);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** Numbers of the replicas that should be running. */
  get running(): readonly number[] {
    return [...this.#running].sort();
  }

  /** Talks to one replica, not through a balancer. A new client each time: processes are replaced. */
  replica(k: number): CongressClient {
    return new CongressClient(memberUrl(this.plan, replicaName(k)));
  }

  /** Resolves when it is ready. */
  async startReplica(k: number): Promise<void> {
    const environment = { CONGRESS_DYNAMODB_ENDPOINT: `http://127.0.0.1:${this.proxies[k - 1]!.port}` };
    await startReplica({ ...this.plan, environment }, k);
    this.#running.add(k);
  }

  async kill(k: number): Promise<void> {
    this.#running.delete(k);
    await this.#end(replicaName(k), 'SIGKILL');
  }

  async terminate(k: number): Promise<void> {
    this.#running.delete(k);
    await this.#end(replicaName(k), 'SIGTERM');
  }

  pause(k: number): void {
    signalProcess(this.#process(replicaName(k)), 'SIGSTOP');
  }

  resume(k: number): void {
    signalProcess(this.#process(replicaName(k)), 'SIGCONT');
  }

  async killDatabase(): Promise<void> {
    await this.#end('dynamodb', 'SIGKILL');
  }

  async startDatabase(): Promise<void> {
    await startDatabase(this.plan);
  }

  /** Stops whatever runs, whatever state it is in. */
  async stop(): Promise<void> {
    for (const client of [this.withRetries, this.withoutRetries]) client.close();
    for (const { folder } of [...this.#balancers].reverse()) {
      const state = readState(folder);
      if (state?.kind !== 'processes') continue;
      for (const member of Object.values(state.members)) {
        if (member !== undefined) await stopProcess(member.process, { signal: 'SIGKILL', graceMs: 5_000 });
      }
      await stopCluster(state);
    }
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
  }

  async #end(name: MemberName, signal: NodeJS.Signals): Promise<void> {
    const process = this.#process(name);
    noteMember(this.plan, name, { process, wanted: 'down' });
    signalProcess(process, signal);
    if (!(await waitUntilGone(process, 40_000))) throw new Error(`${name} still runs 40 s after ${signal}`);
  }

  #process(name: MemberName): ProcessIdentity {
    const state = readState(this.plan.folder);
    const member = state?.kind === 'processes' ? state.members[name] : undefined;
    if (member === undefined) throw new Error(`${name} was never started`);
    return member.process;
  }
}
