import type { Clock } from '../base/clock.ts';
import type { ReplicaId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { Problem } from '../base/problem.ts';
import type { Random } from '../base/random.ts';
import type { StateStore } from '../store/state-store.ts';
import { DeadlinePassed, within } from './deadline.ts';
import { DigestCheck, type DigestVerdict } from './digest-check.ts';
import type { Fleet } from './fleet.ts';
import {
  type Heartbeat,
  heartbeatFrom,
  heartbeatKey,
  heartbeatPartition,
  heartbeatToJson,
} from './heartbeat.ts';
import type { LiveReplica } from './live-replica.ts';
import type { ReplicationMetrics } from './metrics.ts';
import type { ReplicaHealth } from './replica-port.ts';
import type { ReplicationSettings } from './settings.ts';

export interface HeartbeatsOptions {
  readonly replicaId: ReplicaId;
  readonly identity: ReplicaIdentity;
  readonly store: StateStore;
  readonly live: LiveReplica;
  readonly fleet: Fleet;
  readonly health: () => ReplicaHealth;
  readonly leasesHeld: () => readonly string[];
  /** Loads everything anew, beside what is live. */
  readonly reload: (reason: string) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: ReplicationMetrics;
  readonly settings: ReplicationSettings;
  /** Aborted when the replica stops. */
  readonly signal: AbortSignal;
}

/** What people know a process by. */
export interface ReplicaIdentity {
  /** Host and port. */
  readonly address: string;
  /** Version of the build. */
  readonly build: string;
}

const hourMs = 3_600_000;
/** A replica that does not agree with the others loads everything anew, but not over and over. */
const reloadPauseMs = 5 * 60_000;
/** Up to this many replicas the interval is as set; beyond, it grows, so that the cost per replica does not. */
const fleetSizeAtInterval = 10;

/**
 * Tells the others about this replica, and looks at what they tell. One write every interval, and one soon after
 * something was applied, at most one per gap; one read of all heartbeats every interval. Both grow with the fleet.
 */
export class Heartbeats {
  readonly #options: HeartbeatsOptions;
  readonly #digests = new DigestCheck();
  readonly #startedAtMs: number;
  #beat = 0;
  #told = -1;
  #nextLookMs = 0;
  #mayReloadAtMs = 0;
  #verdict: DigestVerdict = { kind: 'equal' };
  #wakeUp = new AbortController();

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.nowMs();
    const { live } = options;
    live.onRecord(({ sequence }) => {
      if (sequence !== live.applied) return;
      this.#digests.remember(sequence, live.state.catalog.digest());
      this.#wakeUp.abort();
    });
  }

  /** What is wrong, in sentences for people. */
  reasons(): readonly string[] {
    if (this.#verdict.kind === 'equal') return [];
    const { sequence, replicas } = this.#verdict;
    return [`the catalog at sequence ${sequence} is not that of ${replicas.join(', ')}`];
  }

  /** Runs until `signal` is aborted; takes its own heartbeat away then. */
  async run(): Promise<void> {
    const { signal, logger, settings } = this.#options;
    if (settings.heartbeatIntervalMs === 0) return;
    while (!signal.aborted) {
      const startedMs = this.#options.clock.monotonicMs();
      try {
        await this.#send();
        if (startedMs >= this.#nextLookMs) await this.look();
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof Problem) && !(error instanceof DeadlinePassed)) throw error;
        logger.debug('no heartbeat', { error: error.message });
      }
      await this.#rest(startedMs);
    }
    await this.#leave();
  }

  /** Reads the heartbeats of all now, and draws the conclusions. Rejects with StoreUnavailable or DeadlinePassed. */
  async look(): Promise<void> {
    const { store, fleet, metrics, replicaId } = this.#options;
    const entities = await this.#call((signal) => store.readPartition(heartbeatPartition, signal));
    fleet.observe(entities.map(heartbeatFrom).filter((heartbeat) => heartbeat !== null));
    // With every heartbeat of the interval, not with those that something applied brings forward.
    this.#nextLookMs = this.#options.clock.monotonicMs() + this.#intervalMs() * 0.75;
    const live = fleet.live();
    metrics.fleetObserved({ live: live.length });
    this.#judge(live.filter(({ replica }) => replica !== replicaId));
  }

  /** This replica as it is now. */
  own(): Heartbeat {
    const { replicaId, identity, health, leasesHeld, live, settings } = this.#options;
    const { ready, draining, stalenessMs } = health();
    return {
      replica: replicaId,
      ...identity,
      formatVersion: settings.formatVersionRead,
      startedAtMs: this.#startedAtMs,
      beat: this.#beat,
      intervalMs: this.#intervalMs(),
      applied: live.applied,
      digest: live.state.catalog.digest(),
      stalenessMs: stalenessMs === null ? null : Math.round(stalenessMs),
      ready,
      draining,
      leases: leasesHeld(),
    };
  }

  async #send(): Promise<void> {
    const { store, clock, live } = this.#options;
    this.#beat += 1;
    const heartbeat = this.own();
    if (live.installed) this.#digests.remember(heartbeat.applied, heartbeat.digest);
    const write = {
      kind: 'put',
      key: heartbeatKey(heartbeat.replica),
      body: heartbeatToJson(heartbeat),
      expiresAtMs: clock.nowMs() + hourMs,
    } as const;
    await this.#call((signal) => store.writeDetached([write], signal));
    this.#told = heartbeat.applied;
  }

  #judge(others: readonly Heartbeat[]): void {
    const { live, logger, metrics, reload, clock } = this.#options;
    const verdict = live.installed ? this.#digests.compare(others) : ({ kind: 'equal' } as const);
    metrics.digestCompared({ different: verdict.kind === 'different' });
    if (verdict.kind === 'different' && this.#verdict.kind === 'equal') {
      logger.error('the catalog differs from that of other replicas', { ...verdict });
    }
    this.#verdict = verdict;
    if (verdict.kind === 'equal' || !verdict.odd || clock.monotonicMs() < this.#mayReloadAtMs) return;
    this.#mayReloadAtMs = clock.monotonicMs() + reloadPauseMs;
    this.#digests.forget();
    reload('the catalog differs from that of other replicas');
  }

  /** Until the interval is over, or until something was applied that nobody was told of, but at least the gap. */
  async #rest(startedMs: number): Promise<void> {
    const { clock, settings, random, signal, live } = this.#options;
    const gap = startedMs + settings.heartbeatGapMs * this.#scale() - clock.monotonicMs();
    await clock.sleep(Math.max(1, gap), signal).catch(() => {});
    if (signal.aborted || live.applied !== this.#told) return;
    const stop = (): void => this.#wakeUp.abort();
    signal.addEventListener('abort', stop, { once: true });
    const untilMs = startedMs + this.#intervalMs() * (0.8 + 0.2 * random.next());
    this.#wakeUp = new AbortController();
    await clock.sleep(Math.max(1, untilMs - clock.monotonicMs()), this.#wakeUp.signal).catch(() => {});
    signal.removeEventListener('abort', stop);
  }

  /** Best effort: others forget this replica sooner. */
  async #leave(): Promise<void> {
    const { store, replicaId, logger, clock, settings } = this.#options;
    const limit = { clock, durationMs: settings.storeTimeoutMs, signal: new AbortController().signal };
    try {
      const remove = { kind: 'delete', key: heartbeatKey(replicaId) } as const;
      await within(limit, (signal) => store.writeDetached([remove], signal));
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof DeadlinePassed)) throw error;
      logger.debug('the last heartbeat stays until it expires', { error: error.message });
    }
  }

  #intervalMs(): number {
    return Math.round(this.#options.settings.heartbeatIntervalMs * this.#scale());
  }

  #scale(): number {
    return Math.max(1, this.#options.fleet.live().length / fleetSizeAtInterval);
  }

  #call<Answer>(work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const { clock, settings, signal } = this.#options;
    return within({ clock, durationMs: settings.storeTimeoutMs, signal }, work);
  }
}
