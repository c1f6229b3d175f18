import type { Clock } from '../base/clock.ts';
import type { Heartbeat } from './heartbeat.ts';

/** A replica as this one has seen it. */
export interface FleetMember extends Heartbeat {
  /** Time since its last new heartbeat was seen here. */
  readonly silentMs: number;
  readonly live: boolean;
}

/** Intervals without a new heartbeat after which a replica counts as gone. */
const silentIntervalsMax = 3;

/**
 * The replicas that have sent heartbeats. Whether one lives is judged by watching its heartbeat change, on the
 * clock of this host only; one that was never seen before counts as live until it has been silent for long enough.
 */
export class Fleet {
  readonly #clock: Clock;
  #seen: ReadonlyMap<string, Sighting> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What the store holds at this moment, all of it. */
  observe(heartbeats: readonly Heartbeat[]): void {
    const nowMs = this.#clock.monotonicMs();
    this.#seen = new Map(
      heartbeats.map((heartbeat): [string, Sighting] => {
        const before = this.#seen.get(heartbeat.replica);
        const isOld = before !== undefined && before.heartbeat.beat >= heartbeat.beat;
        return [heartbeat.replica, isOld ? before : { heartbeat, atMs: nowMs }];
      }),
    );
  }

  /** All that are in the store, sorted by id. */
  members(): readonly FleetMember[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#seen.values()]
      .map(({ heartbeat, atMs }) => {
        const silentMs = nowMs - atMs;
        return { ...heartbeat, silentMs, live: silentMs <= heartbeat.intervalMs * silentIntervalsMax };
      })
      .sort((left, right) => (left.replica < right.replica ? -1 : 1));
  }

  live(): readonly FleetMember[] {
    return this.members().filter(({ live }) => live);
  }
}

interface Sighting {
  readonly heartbeat: Heartbeat;
  readonly atMs: number;
}
