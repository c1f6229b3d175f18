import type { ReplicaId } from '../../service/base/ids.ts';
import { silentLogger } from '../../service/base/logger.ts';
import { type KeptLease, LeaseKeeper } from '../../service/replication/lease-keeper.ts';
import { MemoryLeaseStore } from '../../service/store/memory/memory-lease-store.ts';
import { FaultyLeaseStore } from '../../service/store/wrappers/faulty-lease-store.ts';
import { ScriptedFaults } from '../../service/store/wrappers/scripted-faults.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const leaseDurationMs = 8_000;
const away = { kind: 'unavailable', reason: 'unreachable' } as const;

/** A clock of one host: as the common one, but running slower or faster, and stopping when the host does. */
class HostClock {
  readonly #common: ManualClock;
  readonly #rate: number;

  constructor(common: ManualClock, rate: number) {
    this.#common = common;
    this.#rate = rate;
  }

  nowMs(): number {
    return this.#common.nowMs();
  }

  monotonicMs(): number {
    return this.#common.monotonicMs() * this.#rate;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return this.#common.sleep(durationMs / this.#rate, signal);
  }
}

class Fleet {
  readonly clock = new ManualClock();
  readonly store = new MemoryLeaseStore();
  readonly hosts: Host[] = [];

  start(name = `replica-${this.hosts.length + 1}`, rate = 1): Host {
    const stopping = new AbortController();
    const faults = new ScriptedFaults();
    const keeper = new LeaseKeeper({
      replicaId: name as ReplicaId,
      leaseStore: new FaultyLeaseStore({ inner: this.store, faults, clock: this.clock }),
      clock: new HostClock(this.clock, rate),
      random: new SeededRandom(this.hosts.length + 1),
      logger: silentLogger,
      settings: { leaseDurationMs, storeTimeoutMs: 1_000 },
      signal: stopping.signal,
    });
    const ended = keeper.run();
    const stop = async (): Promise<void> => {
      stopping.abort(new Error('stop'));
      await this.clock.run(ended);
    };
    const host: Host = { name, keeper, faults, stop, told: [], kept: new Map() };
    this.hosts.push(host);
    return host;
  }

  /** Every host wants the lease. */
  keepEverywhere(name: string): void {
    for (const host of this.hosts) keep(host, name);
  }

  holders(name: string): readonly string[] {
    return this.hosts.filter((host) => host.kept.get(name)?.isHeld()).map((host) => host.name);
  }

  /** Moves time and checks all the way that no lease has two holders. Answers how long nobody held it. */
  async watch(name: string, durationMs: number): Promise<number> {
    let vacantMs = 0;
    for (let at = 0; at < durationMs; at += 50) {
      await this.clock.advance(50);
      const holders = this.holders(name);
      if (holders.length > 1) throw new Error(`two holders: ${holders.join()}`);
      if (holders.length === 0) vacantMs += 50;
    }
    return vacantMs;
  }

  async stop(): Promise<void> {
    for (const host of this.hosts) await host.stop();
  }
}

interface Host {
  readonly name: string;
  readonly keeper: LeaseKeeper;
  readonly faults: ScriptedFaults;
  readonly stop: () => Promise<void>;
  readonly told: string[];
  readonly kept: Map<string, KeptLease>;
}

function keep(host: Host, name: string): KeptLease {
  const kept = host.keeper.keep(name, {
    onAcquired: ({ generation }) => host.told.push(`acquired ${generation}`),
    onLost: () => host.told.push('lost'),
  });
  host.kept.set(name, kept);
  return kept;
}

function fleetOf(count: number): Fleet {
  const fleet = new Fleet();
  for (let index = 0; index < count; index += 1) fleet.start();
  return fleet;
}

describe('a lease', () => {
  it('has one holder, who stays while it renews', async () => {
    const fleet = fleetOf(3);
    fleet.keepEverywhere('poll');
    expect(await fleet.watch('poll', 2_000)).toBeLessThan(1_000);
    const [holder] = fleet.holders('poll');
    expect(await fleet.watch('poll', 60_000)).toBe(0);
    expect(fleet.holders('poll')).toEqual([holder]);
    await fleet.stop();
  });

  it('goes to another within one and a quarter durations of a holder that can no longer renew', async () => {
    const fleet = fleetOf(2);
    fleet.keepEverywhere('poll');
    await fleet.watch('poll', 5_000);
    const holder = fleet.hosts.find(({ name }) => fleet.holders('poll').includes(name))!;
    holder.faults.always('every', away);
    const vacantMs = await fleet.watch('poll', 20_000);
    expect(vacantMs).toBeLessThan(leaseDurationMs * 0.5);
    expect(fleet.holders('poll')).not.toEqual([holder.name]);
    expect(holder.told).toEqual(['acquired 1', 'lost']);
    await fleet.stop();
  });

  it('is followed within 10 s after its holder died', async () => {
    const fleet = fleetOf(2);
    fleet.keepEverywhere('poll');
    await fleet.watch('poll', 5_000);
    const [name] = fleet.holders('poll');
    const lease = await fleet.store.readLease('poll', new AbortController().signal);
    const dead = fleet.hosts.find((host) => host.name === name)!;
    dead.faults.always('every', away);
    const startedMs = fleet.clock.monotonicMs();
    const other = fleet.hosts.find((host) => host.name !== name)!;
    while (!other.kept.get('poll')!.isHeld()) await fleet.clock.advance(20);
    expect(fleet.clock.monotonicMs() - startedMs).toBeLessThan(10_000);
    expect(other.kept.get('poll')!.condition()).toEqual({ name: 'poll', generation: lease!.generation + 1 });
    await fleet.stop();
  });

  it('is handed over at once by a replica that stops', async () => {
    const fleet = fleetOf(2);
    fleet.keepEverywhere('poll');
    await fleet.watch('poll', 5_000);
    const [name] = fleet.holders('poll');
    const holder = fleet.hosts.find((host) => host.name === name)!;
    await holder.stop();
    expect(holder.told).toEqual(['acquired 1', 'lost']);
    expect(await fleet.watch('poll', 5_000)).toBeLessThan(leaseDurationMs * 0.4);
    await fleet.stop();
  });

  it('does not go to and fro when a holder gives it up: it is not wanted there any more', async () => {
    const fleet = fleetOf(1);
    const kept = keep(fleet.hosts[0]!, 'poll');
    await fleet.watch('poll', 2_000);
    await fleet.clock.run(kept.release());
    expect(kept.isHeld()).toBe(false);
    expect(await fleet.watch('poll', 20_000)).toBe(20_000);
    await fleet.stop();
  });

  it('is not believed by a holder that stood still, although nobody has told it', async () => {
    const fleet = fleetOf(1);
    const kept = keep(fleet.hosts[0]!, 'poll');
    await fleet.watch('poll', 2_000);
    fleet.clock.stall(leaseDurationMs);
    expect(kept.isHeld()).toBe(false);
    expect(kept.condition()).toBeNull();
    await fleet.stop();
  });

  it.each([
    ['lost', { kind: 'lost-request' }],
    ['acknowledged to nobody', { kind: 'lost-acknowledgement' }],
    ['late', { kind: 'late-request', afterMs: 700 }],
  ] as const)('never has two holders when requests are %s', async (_, fault) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const fleet = fleetOf(3);
      fleet.keepEverywhere('poll');
      for (let round = 0; round < 12; round += 1) {
        const host = fleet.hosts[(round * seed) % 3]!;
        host.faults.once('take-lease', fault).once('renew-lease', fault, fault).once('release-lease', fault);
        await fleet.watch('poll', 1_500 * seed);
      }
      expect(fleet.holders('poll')).toHaveLength(1);
      await fleet.stop();
    }
  });

  it.each([0.95, 1.05])('never has two holders when one clock runs at %d of the others', async (rate) => {
    const fleet = fleetOf(1);
    fleet.start('odd', rate);
    fleet.keepEverywhere('poll');
    for (let round = 0; round < 6; round += 1) {
      await fleet.watch('poll', 5_000);
      const [name] = fleet.holders('poll');
      const holder = fleet.hosts.find((host) => host.name === name)!;
      holder.faults.always('renew-lease', away);
      await fleet.watch('poll', 12_000);
      holder.faults.heal();
    }
    await fleet.stop();
  });

  it('of many spreads over the replicas', async () => {
    const fleet = fleetOf(3);
    const names = Array.from({ length: 9 }, (_, index) => `poll-${index}`);
    for (const name of names) fleet.keepEverywhere(name);
    await fleet.clock.advance(20_000);
    const counts = fleet.hosts.map(({ keeper }) => keeper.held().length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(9);
    expect(Math.max(...counts)).toBeLessThanOrEqual(5);
    await fleet.stop();
  });
});
