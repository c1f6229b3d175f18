import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { Problem } from '../base/problem.ts';
import type { Random } from '../base/random.ts';
import type { Entity, StateStore } from '../store/state-store.ts';
import type { Cleanup } from './cleanup.ts';
import { DeadlinePassed, within } from './deadline.ts';
import type { KeptLease, LeaseKeeper } from './lease-keeper.ts';
import { leftoverPartition, leftoversFrom } from './leftovers.ts';
import type { ReplicationSettings } from './settings.ts';

export interface CollectorOptions {
  readonly store: StateStore;
  readonly cleanup: Pick<Cleanup, 'collect'>;
  readonly leases: Pick<LeaseKeeper, 'keep'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: Pick<
    ReplicationSettings,
    'collectIntervalMs' | 'leftoverGraceMs' | 'bulkWriteDeadlineMs'
  >;
  /** Aborted when the replica stops. */
  readonly signal: AbortSignal;
}

/**
 * Collects what crashed writers left over (protocol: leftovers.ts). One replica does it, by a lease, to spare the
 * others the reads; that two do it at once would be right, too. Age is counted on the own clock, from when a note was
 * seen first.
 */
export class Collector {
  readonly #options: CollectorOptions;
  #firstSeen: ReadonlyMap<string, number> = new Map();

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Runs until `signal` is aborted. */
  async run(): Promise<void> {
    const { settings, leases, clock, random, logger, signal } = this.#options;
    if (settings.collectIntervalMs === 0) return;
    const lease = leases.keep('leftovers', {
      onAcquired() {},
      onLost: () => {
        this.#firstSeen = new Map();
      },
    });
    while (!signal.aborted) {
      await clock.sleep(settings.collectIntervalMs * (0.9 + 0.2 * random.next()), signal).catch(() => {});
      if (signal.aborted || !lease.isHeld()) continue;
      try {
        await within({ clock, durationMs: settings.bulkWriteDeadlineMs, signal }, (inner) =>
          this.#look(lease, inner),
        );
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Problem) && !(error instanceof DeadlinePassed)) throw error;
        logger.warn('leftovers were not collected', { error: error.message });
      }
    }
  }

  async #look(lease: KeptLease, signal: AbortSignal): Promise<void> {
    const { store, clock, settings } = this.#options;
    const notes = await store.readPartition(leftoverPartition, signal);
    const nowMs = clock.monotonicMs();
    this.#firstSeen = new Map(notes.map(({ key }) => [key.id, this.#firstSeen.get(key.id) ?? nowMs]));
    for (const note of notes) {
      const ageMs = nowMs - (this.#firstSeen.get(note.key.id) ?? nowMs);
      if (ageMs >= settings.leftoverGraceMs && lease.isHeld()) await this.#collect(note, signal);
    }
  }

  async #collect({ key, body }: Entity, signal: AbortSignal): Promise<void> {
    const { store, cleanup, logger } = this.#options;
    if (!(await store.condemn(key, signal))) return;
    const leftovers = leftoversFrom(body);
    await cleanup.collect({ noteId: key.id, leftovers }, signal);
    const { versions, partitions } = leftovers;
    logger.info('collected leftovers', { tables: versions.length, partitions: partitions.length });
  }
}
