import type { Clock } from '../base/clock.ts';
import type { ReplicaId, Sequence } from '../base/ids.ts';
import { Problem } from '../base/problem.ts';
import type { Random } from '../base/random.ts';
import { DeadlinePassed } from './deadline.ts';
import type { Fleet, FleetMember } from './fleet.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { LiveReplica } from './live-replica.ts';

/** All replicas as seen from this one. */
export interface FleetReport {
  /** Id of the replica that answers. */
  readonly self: string;
  /** Newest sequence that anybody live has applied, or that this replica has heard of. */
  readonly head: Sequence;
  /** Lowest sequence that a live replica has applied. */
  readonly watermark: Sequence;
  /** All live replicas have applied the same sequence, and hold the same. */
  readonly converged: boolean;
  /** The store did not answer: what is told of the others is as old as `silentMs` says. */
  readonly stale: boolean;
  readonly members: readonly FleetMember[];
}

/** Whether a sequence has reached everyone. */
export interface SequenceReport extends FleetReport {
  readonly wanted: Sequence;
  readonly reached: boolean;
  /** Live replicas that have not applied it, as far as they have told. */
  readonly missing: readonly string[];
}

export interface FleetReportsOptions {
  readonly replicaId: ReplicaId;
  readonly fleet: Fleet;
  readonly heartbeats: Pick<Heartbeats, 'look' | 'own'>;
  readonly live: LiveReplica;
  readonly knownHead: () => Sequence;
  readonly clock: Clock;
  readonly random: Random;
}

const pauseMs = 200;

/** Answers about the fleet, from heartbeats read for the question. Questions asked at the same time share a read. */
export class FleetReports {
  readonly #options: FleetReportsOptions;
  #looking: Promise<boolean> | null = null;

  constructor(options: FleetReportsOptions) {
    this.#options = options;
  }

  async fleet(): Promise<FleetReport> {
    const isFresh = await this.#look();
    return this.#report(!isFresh);
  }

  /** Waits until every live replica has told that it has applied `wanted`, at most `waitMs`. */
  async reached(
    wanted: Sequence,
    wait: { readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<SequenceReport> {
    const { clock, random } = this.#options;
    const untilMs = clock.monotonicMs() + wait.waitMs;
    for (;;) {
      const report = await this.fleet();
      const missing = report.members
        .filter(({ live, applied }) => live && applied < wanted)
        .map(({ replica }) => replica);
      const reached = !report.stale && missing.length === 0;
      const leftMs = untilMs - clock.monotonicMs();
      if (reached || leftMs <= 0) return { ...report, wanted, reached, missing };
      const nextMs = pauseMs * (0.8 + 0.4 * random.next());
      await clock.sleep(Math.min(nextMs, Math.max(leftMs, 1)), wait.signal);
    }
  }

  #report(stale: boolean): FleetReport {
    const { replicaId, fleet, heartbeats, knownHead, live } = this.#options;
    const others = fleet.members().filter(({ replica }) => replica !== replicaId);
    const self: FleetMember = { ...heartbeats.own(), silentMs: 0, live: true };
    const members = [...others, self].sort((left, right) => (left.replica < right.replica ? -1 : 1));
    const alive = members.filter((member) => member.live);
    const applied = alive.map((member) => member.applied);
    const head = Math.max(knownHead(), live.applied, ...applied) as Sequence;
    const watermark = Math.min(...applied) as Sequence;
    const converged = watermark === head && new Set(alive.map(({ digest }) => digest)).size === 1;
    return { self: replicaId, head, watermark, converged, stale, members };
  }

  /** False when the store did not answer. */
  #look(): Promise<boolean> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<boolean> {
    try {
      await this.#options.heartbeats.look();
      return true;
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof DeadlinePassed)) throw error;
      return false;
    }
  }
}
