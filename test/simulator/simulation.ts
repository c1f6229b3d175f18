import { inflateRawSync } from 'node:zlib';
import { RowChunks } from '../../service/replication/row-chunks.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { Client } from './client.ts';
import { CommittedLog, rowsObject } from './committed-log.ts';
import { dutyLease } from './duty.ts';
import { FakeDynamoDb } from './fake-dynamodb.ts';
import { FakeNetwork, type Path } from './fake-network.ts';
import { type Mutation, noMutation } from './mutations.ts';
import { observePolicy, observeRows, rowsOfWrite } from './observe.ts';
import type { Plan, PlannedFault, PlannedOperation } from './plan.ts';
import { Recorder } from './recorder.ts';
import { Requests } from './requests.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedReplica, syncCompressor } from './simulated-replica.ts';
import { Trace } from './trace.ts';

export interface SimulationOptions {
  readonly mutation?: Mutation;
  /** Keeps a trace. */
  readonly trace?: boolean;
}

/** What came of a run. */
export interface RunReport {
  /** Broken promises; empty when all were kept. */
  readonly wrong: readonly string[];
  readonly trace: readonly string[];
  readonly events: number;
  readonly commits: number;
  readonly operations: number;
  /** Histories that the checker gave up on. */
  readonly undecided: number;
}

/** Runs a plan to its end. The same plan gives the same run, event by event. */
export async function simulate(plan: Plan, options: SimulationOptions = {}): Promise<RunReport> {
  return new Simulation(plan, options).run();
}

/** Requests that were lost before the faults ended are given up and made again within this time. */
const requestsLostMs = 1_500;
/** Whoever was away for longer than the log lives looks twenty times for the missing record, then loads everything. */
const trimmedMs = 4_500;

class Simulation {
  readonly #plan: Plan;
  readonly #random: SeededRandom;
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;
  readonly #database: FakeDynamoDb;
  readonly #network: FakeNetwork;
  readonly #log: CommittedLog;
  readonly #recorder: Recorder;
  readonly #requests: Requests;
  readonly #replicas: SimulatedReplica[] = [];
  readonly #mutation: Mutation;
  #healed = false;
  readonly #digests = new Map<number, string>();
  readonly #seen = new Map<string, number>();
  readonly #rowsByDigest = new Map<string, string>();
  readonly #knownRules: ConstructorParameters<typeof Client>[0]['knownRules'] = new Map();

  constructor(plan: Plan, options: SimulationOptions) {
    this.#plan = plan;
    this.#mutation = options.mutation ?? noMutation;
    this.#random = new SeededRandom(plan.seed);
    this.#trace = new Trace(options.trace ?? false);
    this.#scheduler = new Scheduler(this.#draw());
    this.#trace.follow(this.#scheduler);
    this.#log = new CommittedLog({
      detached: (id) => this.#detachedText(id),
      rowsByDigest: this.#rowsByDigest,
      generation: () =>
        Number(this.#database.table('congress-state').newest('lease', dutyLease)?.generation ?? 0),
    });
    this.#database = new FakeDynamoDb({
      conditions: plan.store,
      random: this.#draw(),
      onTransaction: this.#log.note,
    });
    const { chances } = plan;
    this.#network = new FakeNetwork({
      scheduler: this.#scheduler,
      database: this.#database,
      chances,
      trace: this.#trace,
    });
    this.#recorder = new Recorder(this.#log, this.#trace);
    for (let index = 0; index < plan.replicas; index += 1) this.#replicas.push(this.#replica(index));
    const ways = { scheduler: this.#scheduler, replicas: this.#replicas, random: this.#draw() };
    this.#requests = new Requests(ways);
  }

  async run(): Promise<RunReport> {
    await this.#nameRows();
    const clients = this.#begin();
    await this.#goOn(this.#plan.healAtMs);
    this.#heal();
    const { shortLog } = this.#plan;
    await this.#expectConvergence('after the faults ended', requestsLostMs + (shortLog ? trimmedMs : 0));
    if (!(await this.#until(() => clients.done, 60_000))) this.#recorder.fail('a client never got an answer');
    await this.#expectWrites();
    await this.#expectConvergence('after the last write', 0);
    await this.#expectDuty();
    await this.#expectNewcomer();
    await this.#expectStop();
    this.#recorder.checkAll();
    const { wrong, undecided } = this.#recorder;
    return {
      wrong,
      undecided,
      trace: this.#trace.lines,
      events: this.#scheduler.executed,
      commits: this.#log.records.length,
      operations: this.#plan.operations.length,
    };
  }

  #draw(): SeededRandom {
    return new SeededRandom(Math.floor(this.#random.next() * 2 ** 32));
  }

  #replica(index: number): SimulatedReplica {
    return new SimulatedReplica({
      index,
      plan: this.#plan,
      scheduler: this.#scheduler,
      network: this.#network,
      random: this.#draw(),
      trace: this.#trace,
      mutation: this.#mutation,
      onBug: (message) => this.#recorder.fail(message),
    });
  }

  /** Whose rows a table version holds is told by the digest of its chunks. */
  async #nameRows(): Promise<void> {
    const clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() };
    const chunks = new RowChunks({ compressor: syncCompressor, clock, chunkBytesMax: 350 * 1024 });
    for (const { id, kind } of this.#plan.operations) {
      if (kind !== 'replace-rows') continue;
      const { digest } = await chunks.encode(rowsOfWrite(id), new AbortController().signal);
      this.#rowsByDigest.set(digest, id);
    }
  }

  #begin(): { readonly done: boolean } {
    for (const replica of this.#replicas) {
      this.#scheduler.after(this.#random.next() * 100, () => replica.start());
    }
    for (const fault of this.#plan.faults) this.#scheduler.at(fault.atMs, () => this.#suffer(fault));
    this.#expireNowAndThen();
    const names = new Set(this.#plan.operations.map(({ client }) => client));
    let open = names.size + 1;
    const closed = (): void => {
      open -= 1;
    };
    void this.#requests
      .pause(120)
      .then(() => this.#client('setup').createSource(0))
      .then(closed);
    for (const name of names) {
      const own = this.#plan.operations.filter(({ client }) => client === name);
      void this.#session(this.#client(`c${name}`), own).then(closed);
    }
    return {
      get done() {
        return open === 0;
      },
    };
  }

  #client(name: string): Client {
    return new Client({
      name,
      requests: this.#requests,
      recorder: this.#recorder,
      random: this.#draw(),
      trace: this.#trace,
      mutation: this.#mutation,
      knownRules: this.#knownRules,
    });
  }

  async #session(client: Client, operations: readonly PlannedOperation[]): Promise<void> {
    for (const operation of operations) {
      await this.#requests.pause(operation.atMs - this.#scheduler.nowMs);
      await client.perform(operation);
    }
  }

  /** Time to live. */
  #expireNowAndThen(): void {
    this.#scheduler.after(300 + this.#random.next() * 700, () => {
      if (this.#healed) return;
      const expired = this.#database.expire(1_700_000_000_000 + this.#scheduler.nowMs, this.#scheduler.nowMs);
      if (expired > 0) this.#trace.line('store', `${expired} items expire`);
      this.#expireNowAndThen();
    });
  }

  #suffer(fault: PlannedFault): void {
    this.#trace.line(fault.id, JSON.stringify(fault));
    const leftMs = this.#plan.healAtMs - this.#scheduler.nowMs;
    const replica = 'replica' in fault ? this.#replicas[fault.replica]! : null;
    switch (fault.kind) {
      case 'crash':
        replica!.crash();
        this.#scheduler.after(Math.min(leftMs, fault.downMs), () => replica!.start());
        return;
      case 'cold':
        replica!.crash();
        this.#cut(replica!.name, fault);
        this.#scheduler.after(Math.min(leftMs, fault.downMs), () => replica!.start());
        return;
      case 'stop':
        void replica!.stop().then(() => {
          const peaceMs = this.#plan.healAtMs - this.#scheduler.nowMs;
          this.#scheduler.after(Math.min(peaceMs, fault.downMs), () => replica!.start());
        });
        return;
      case 'pause':
        replica!.host?.pause(Math.min(leftMs, fault.durationMs));
        return;
      case 'cut':
        this.#cut(replica!.name, fault);
        return;
      case 'store':
        this.#network.storePath = fault.path;
        this.#scheduler.after(fault.durationMs, () => {
          this.#network.storePath = 'open';
        });
        return;
      case 'clock':
        replica!.jumpWallClock(fault.byMs);
        return;
    }
  }

  #cut(name: string, { path, durationMs }: { readonly path: Path; readonly durationMs: number }): void {
    this.#network.setPath(name, path);
    this.#scheduler.after(durationMs, () => this.#network.setPath(name, 'open'));
  }

  #heal(): void {
    this.#trace.line('all', 'faults end');
    this.#healed = true;
    this.#network.heal();
    this.#database.heal();
    for (const replica of this.#replicas) replica.start();
  }

  /** Everybody who runs has what was committed by `now + graceMs` three polls later. */
  async #expectConvergence(when: string, graceMs: number): Promise<void> {
    await this.#goOn(this.#scheduler.nowMs + graceMs);
    const { head } = this.#log;
    // A poll comes up to a tenth late by its jitter, and its clock may be a hundredth slow.
    const limitMs = 3 * this.#plan.pollIntervalMs * 1.12 + 50;
    const behind = (): readonly SimulatedReplica[] =>
      this.#replicas.filter(({ port }) => port === null || port.applied() < head);
    if (await this.#until(() => behind().length === 0, limitMs)) return;
    const names = behind().map(({ name, port }) => `${name} at ${port?.applied() ?? 'nothing'}`);
    this.#recorder.fail(`three polls ${when}: ${names.join(', ')}, the head is ${head}`);
  }

  /** Without faults, every replica takes writes, and shows at once what the others wrote. */
  async #expectWrites(): Promise<void> {
    const client = this.#client('last');
    for (const [replica] of this.#replicas.entries()) {
      const base = { client: 0, atMs: 0, replica, keyed: true, consistency: 'linearizable' as const };
      const create = {
        ...base,
        id: `o${9_000 + replica}`,
        kind: 'create-policy' as const,
        policy: `last${replica}`,
      };
      const read = {
        ...create,
        id: `o${9_100 + replica}`,
        replica: replica + 1,
        kind: 'read-policy' as const,
      };
      const outcomes = [await this.#finish(client.perform(create)), await this.#finish(client.perform(read))];
      if (outcomes.join() !== 'done,read')
        this.#recorder.fail(`in peace, r${replica} answered ${outcomes.join()}`);
    }
  }

  /** Somebody takes the lease of whoever went away with it. */
  async #expectDuty(): Promise<void> {
    const limitMs = 3 * this.#plan.leaseDurationMs;
    const taken = await this.#until(() => this.#replicas.some(({ onDuty }) => onDuty), limitMs);
    if (!taken) this.#recorder.fail('nobody takes the lease of the duty');
  }

  /** A replica that loads everything now is the same as those that followed; and all are what the log says. */
  async #expectNewcomer(): Promise<void> {
    const newcomer = this.#replica(this.#replicas.length);
    this.#replicas.push(newcomer);
    newcomer.start();
    const ready = (): boolean => newcomer.port?.health().ready === true;
    if (!(await this.#until(ready, 10_000))) return this.#recorder.fail('a newcomer does not get ready');
    for (const { name, port } of this.#replicas) {
      if (port === null) continue;
      for (const object of [rowsObject, ...this.#policyNames()]) {
        const { state, wrong } = object === rowsObject ? observeRows(port) : observePolicy(port, object);
        const truth = this.#log.stateAt(object, port.applied());
        if (wrong !== null) this.#recorder.fail(`${name}: ${wrong}`);
        if (state !== truth) this.#recorder.fail(`${name} ends with ${object} = ${state}, which is ${truth}`);
      }
    }
  }

  async #expectStop(): Promise<void> {
    const stopped = Promise.all(this.#replicas.map((replica) => replica.stop()));
    let done = false;
    void stopped.then(() => {
      done = true;
    });
    if (!(await this.#until(() => done, 10_000))) this.#recorder.fail('a replica does not stop');
  }

  #policyNames(): readonly string[] {
    return [...new Set(this.#plan.operations.map(({ policy }) => policy))];
  }

  async #finish<Value>(work: Promise<Value>): Promise<Value | 'nothing'> {
    let value: Value | 'nothing' = 'nothing';
    let done = false;
    void work.then((result) => {
      value = result;
      done = true;
    });
    await this.#until(() => done, 60_000);
    return value;
  }

  async #goOn(untilMs: number): Promise<void> {
    await this.#scheduler.run(untilMs, () => this.#watch() || false);
  }

  #until(condition: () => boolean, limitMs: number): Promise<boolean> {
    return this.#scheduler.run(this.#scheduler.nowMs + limitMs, () => this.#watch() || condition());
  }

  /** After every event: who has moved has the digest that everybody has at this sequence. Always false. */
  #watch(): boolean {
    const onDuty = this.#replicas.filter((replica) => replica.onDuty);
    if (onDuty.length > 1)
      this.#recorder.fail(`${onDuty.map(({ name }) => name).join(' and ')} are both on duty`);
    for (const { name, starts, port } of this.#replicas) {
      if (port === null) continue;
      const applied = port.applied();
      const key = `${name}-${starts}`;
      const before = this.#seen.get(key) ?? 0;
      if (applied === before) continue;
      this.#seen.set(key, applied);
      if (applied < before) this.#recorder.fail(`${name} went back from ${before} to ${applied}`);
      const digest = port.catalog.digest();
      const known = this.#digests.get(applied) ?? digest;
      this.#digests.set(applied, known);
      if (this.#trace.on) this.#trace.line(name, `has applied ${applied}`);
      if (known !== digest)
        this.#recorder.fail(`${name} has another digest at sequence ${applied} than others`);
    }
    return false;
  }

  #detachedText(id: string): string {
    const table = this.#database.table('congress-state');
    const parts = table.sortKeys(`detached#${id}`).map((sk) => {
      const body = JSON.parse(String(table.newest(`detached#${id}`, sk)?.body)) as { readonly data: string };
      return Buffer.from(body.data, 'base64');
    });
    return inflateRawSync(Buffer.concat(parts)).toString();
  }
}
