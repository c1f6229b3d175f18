import type { Clock } from '../base/clock.ts';
import type { ReplicaId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { noLongerNeeded } from '../base/no-longer-needed.ts';
import { Problem } from '../base/problem.ts';
import type { Random } from '../base/random.ts';
import type { Lease, LeaseCondition, LeaseStore } from '../store/lease-store.ts';
import { DeadlinePassed, within } from './deadline.ts';
import { LeaseTerm } from './lease-term.ts';
import type { ReplicationSettings } from './settings.ts';

/** Who wants a lease. Both are called in the turn in which it happens, alternately; they must not throw. */
export interface LeaseListener {
  /** From now on, until `onLost`: nobody else has it. Commits carry the condition. */
  onAcquired(condition: LeaseCondition): void;
  /** Stop at once: it ran out, was taken, or is being given up. */
  onLost(): void;
}

/** A lease that this replica wants, and has while `isHeld`. */
export interface KeptLease {
  readonly name: string;
  /** By this host's clock, a little before others may take it: ask right before everything that it is needed for. */
  isHeld(): boolean;
  /** For the commits of the holder; null while it is not held. */
  condition(): LeaseCondition | null;
  /** Not wanted any more; released when it is held. */
  release(): Promise<void>;
}

export interface LeaseKeeperOptions {
  readonly replicaId: ReplicaId;
  readonly leaseStore: LeaseStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: Pick<ReplicationSettings, 'leaseDurationMs' | 'storeTimeoutMs'>;
  /** Aborted when the replica stops: what is held is then released. */
  readonly signal: AbortSignal;
}

/** Part of the duration between two looks at the leases. */
const watchPart = 0.25;

/**
 * Takes and keeps the leases that this replica wants (contract and reasons: store/lease-store.ts). One loop watches
 * the leases that others have; each one held has a term with its own loop (lease-term.ts).
 *
 *     wanted --absent, released, or unchanged for its duration--> taken --renewed, renewed, ...--> lost --> wanted
 *
 * Whoever holds more leases is later to take a free one, so that they spread over the replicas.
 * A dead holder is followed at the latest one and a quarter durations after its last renewal. Costs half a read unit
 * per look while anything is wanted that is not held, and one write unit per renewal.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #wanted = new Map<string, Wanted>();
  readonly #sightings = new Map<string, Sighting>();
  readonly #terms = new Set<Promise<void>>();
  #wakeUp = new AbortController();

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** Wants a lease from now on; once per name. */
  keep(name: string, listener: LeaseListener): KeptLease {
    const wanted: Wanted = { name, listener, term: null };
    this.#wanted.set(name, wanted);
    this.#wakeUp.abort(noLongerNeeded);
    return {
      name,
      isHeld: () => wanted.term?.isHeld() ?? false,
      condition: () => (wanted.term?.isHeld() ? wanted.term.condition : null),
      release: async () => {
        if (this.#wanted.get(name) === wanted) this.#wanted.delete(name);
        await this.#giveUp(wanted);
      },
    };
  }

  /** Names of the leases held now, sorted. */
  held(): readonly string[] {
    return [...this.#wanted.values()]
      .filter(({ term }) => term?.isHeld())
      .map(({ name }) => name)
      .sort();
  }

  /** Runs until `signal` is aborted and everything held has been released. */
  async run(): Promise<void> {
    const { signal, logger } = this.#options;
    let told = false;
    while (!signal.aborted) {
      this.#wakeUp = new AbortController();
      try {
        if (this.#open().length > 0) await this.#watch();
        told = false;
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof Problem) && !(error instanceof DeadlinePassed)) throw error;
        if (!told) logger.warn('the leases cannot be read', { error: error.message });
        told = true;
      }
      await this.#rest();
    }
    await Promise.all([...this.#wanted.values()].map((wanted) => this.#giveUp(wanted)));
    await Promise.all(this.#terms);
  }

  async #watch(): Promise<void> {
    const leases = await this.#call((signal) => this.#options.leaseStore.readLeases(signal));
    const present = new Map(leases.map((lease) => [lease.name, lease]));
    for (const { name } of this.#open()) this.#sight(name, present.get(name) ?? null);
    for (const wanted of this.#open()) {
      const sighting = this.#sightings.get(wanted.name);
      if (sighting !== undefined && this.#isDue(sighting)) await this.#take(wanted, sighting);
    }
  }

  /** Counted from after the answer: whoever holds it counts from before it renewed. */
  #sight(name: string, lease: Lease | null): void {
    const before = this.#sightings.get(name);
    const same =
      before !== undefined &&
      before.lease?.generation === lease?.generation &&
      before.lease?.renewal === lease?.renewal;
    if (same) return;
    this.#sightings.set(name, { lease, dueMs: this.#options.clock.monotonicMs() + this.#delayMs(lease) });
  }

  #isDue({ dueMs }: Sighting): boolean {
    return this.#options.clock.monotonicMs() >= dueMs;
  }

  #delayMs(lease: Lease | null): number {
    const { random, settings, replicaId } = this.#options;
    // Taken by a call whose answer was lost: taken once more at once, because since when it is ours nobody knows.
    if (lease?.holder === replicaId) return 0;
    const stepMs = settings.leaseDurationMs * watchPart * 0.125;
    const politeMs = stepMs * (Math.min(this.held().length, 8) + random.next());
    return politeMs + (lease === null || lease.holder === null ? 0 : lease.durationMs);
  }

  async #take(wanted: Wanted, { lease: seen }: Sighting): Promise<void> {
    const { leaseStore, replicaId, settings, clock } = this.#options;
    const startedMs = clock.monotonicMs();
    const take = { name: wanted.name, holder: replicaId, durationMs: settings.leaseDurationMs, seen };
    const lease = await this.#call((signal) => leaseStore.takeLease(take, signal));
    this.#sightings.delete(wanted.name);
    if (lease === null) return;
    const term = new LeaseTerm({
      ...this.#options,
      store: leaseStore,
      lease,
      startedMs,
      timeoutMs: settings.storeTimeoutMs,
    });
    const isWanted = this.#wanted.get(wanted.name) === wanted && !this.#options.signal.aborted;
    if (isWanted && term.isHeld()) this.#begin(wanted, term);
    else await term.release();
  }

  #begin(wanted: Wanted, term: LeaseTerm): void {
    const { logger } = this.#options;
    wanted.term = term;
    logger.info('lease acquired', { lease: wanted.name, generation: term.condition.generation });
    wanted.listener.onAcquired(term.condition);
    const running: Promise<void> = term.run().then((why) => {
      this.#terms.delete(running);
      if (wanted.term !== term) return;
      wanted.term = null;
      logger.warn('lease lost', { lease: wanted.name, why });
      wanted.listener.onLost();
      this.#wakeUp.abort(noLongerNeeded);
    });
    this.#terms.add(running);
  }

  async #giveUp(wanted: Wanted): Promise<void> {
    const { term } = wanted;
    if (term === null) return;
    wanted.term = null;
    term.end();
    wanted.listener.onLost();
    await term.release();
  }

  #open(): readonly Wanted[] {
    return [...this.#wanted.values()].filter(({ term }) => term === null);
  }

  /** Until the next look, or until the first lease is due if that is sooner. */
  async #rest(): Promise<void> {
    const { clock, settings, random, signal } = this.#options;
    const untilLookMs = settings.leaseDurationMs * watchPart * (0.8 + 0.2 * random.next());
    const nowMs = clock.monotonicMs();
    const due = this.#open().map(
      ({ name }) => (this.#sightings.get(name)?.dueMs ?? nowMs + untilLookMs) - nowMs,
    );
    const waitMs = Math.max(1, Math.min(untilLookMs, ...due));
    const stop = (): void => this.#wakeUp.abort(noLongerNeeded);
    signal.addEventListener('abort', stop, { once: true });
    await clock.sleep(signal.aborted ? 0 : waitMs, this.#wakeUp.signal).catch(() => {});
    signal.removeEventListener('abort', stop);
  }

  #call<Answer>(work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const { clock, settings, signal } = this.#options;
    return within({ clock, durationMs: settings.storeTimeoutMs, signal }, work);
  }
}

interface Wanted {
  readonly name: string;
  readonly listener: LeaseListener;
  term: LeaseTerm | null;
}

/** A lease as it was seen first, and from when on (monotonic time of this host) it may be taken if it stays so. */
interface Sighting {
  readonly lease: Lease | null;
  readonly dueMs: number;
}
