import type { HistoryEvent } from './history.ts';

/** A sequential object: what an operation makes of a state, or null when it cannot have gone so. */
export type Step = (state: string, event: HistoryEvent) => string | null;

export type Verdict =
  | { readonly kind: 'linearizable' }
  | { readonly kind: 'not-linearizable'; readonly reason: string }
  /** The search was given up. */
  | { readonly kind: 'undecided' };

export interface CheckOptions {
  readonly initial: string;
  readonly step: Step;
  /** Configurations looked at before it gives up; 500,000 by default. */
  readonly configurationsMax?: number;
}

/**
 * Whether the history of one object can be explained by its operations taking effect one at a time, each
 * between its call and its return (Herlihy and Wing 1990).
 *
 *     A configuration is (set of operations that took effect, state). From one, an operation may be next
 *     when no operation outside the set returned before it was called. The history is linearizable when a
 *     configuration is reachable that holds every operation that returned.
 *
 * That is the search of Wing and Gong with the cache of Lowe ("Testing for linearizability", 2017): no
 * configuration is looked at twice. An operation whose outcome is unknown may take effect at any time after its
 * call, or never; one that was certainly not done is left out. The histories of different objects are checked
 * one by one (Herlihy and Wing: linearizability is local).
 */
export function checkLinearizable(history: readonly HistoryEvent[], options: CheckOptions): Verdict {
  const events = history.filter(({ outcome }) => outcome.kind !== 'not-done').sort(byCall);
  const search = new Search(events, options);
  return search.run();
}

class Search {
  readonly #events: readonly HistoryEvent[];
  readonly #bits: readonly bigint[];
  readonly #options: CheckOptions;
  readonly #seen = new Set<string>();
  readonly #returned: bigint;
  readonly #configurationsMax: number;
  #longest: readonly HistoryEvent[] = [];

  constructor(events: readonly HistoryEvent[], options: CheckOptions) {
    this.#events = events;
    this.#bits = events.map((_, index) => 1n << BigInt(index));
    this.#options = options;
    this.#configurationsMax = options.configurationsMax ?? 500_000;
    this.#returned = events.reduce(
      (set, { returned }, index) => (returned === null ? set : set | (1n << BigInt(index))),
      0n,
    );
  }

  run(): Verdict {
    const first = { done: 0n, doneBelow: 0, state: this.#options.initial, path: null, depth: 0 };
    const stack: Configuration[] = [first];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if ((next.done & this.#returned) === this.#returned) return { kind: 'linearizable' };
      const name = `${next.done.toString(36)} ${next.state}`;
      if (this.#seen.has(name)) continue;
      if (this.#seen.size >= this.#configurationsMax) return { kind: 'undecided' };
      this.#seen.add(name);
      if (next.depth > this.#longest.length) this.#longest = pathOf(next);
      for (const follower of this.#followers(next)) stack.push(follower);
    }
    return { kind: 'not-linearizable', reason: this.#reason() };
  }

  /** In reverse, so that what returned first is tried first. */
  #followers(from: Configuration): readonly Configuration[] {
    let doneBelow = from.doneBelow;
    while (doneBelow < this.#bits.length && (from.done & this.#bits[doneBelow]!) !== 0n) doneBelow += 1;
    const candidates: number[] = [];
    let firstReturn = Number.POSITIVE_INFINITY;
    // Sorted by call, so nothing after the first that was called too late can return first either.
    for (let index = doneBelow; index < this.#events.length; index += 1) {
      const { called, returned } = this.#events[index]!;
      if (called > firstReturn) break;
      if ((from.done & this.#bits[index]!) !== 0n) continue;
      candidates.push(index);
      if (returned !== null) firstReturn = Math.min(firstReturn, returned);
    }
    const returnOf = (index: number): number => this.#events[index]!.returned ?? Number.MAX_VALUE;
    candidates.sort((left, right) => returnOf(right) - returnOf(left));
    return candidates.flatMap((index) => {
      const event = this.#events[index]!;
      const state = event.called > firstReturn ? null : this.#options.step(from.state, event);
      if (state === null) return [];
      const path = { event, before: from.path };
      return [{ done: from.done | this.#bits[index]!, doneBelow, state, path, depth: from.depth + 1 }];
    });
  }

  #reason(): string {
    const longest = new Set(this.#longest);
    const stuck = this.#events.find((event) => event.returned !== null && !longest.has(event));
    const order = this.#longest.map(({ id }) => id).join(' ');
    const what =
      stuck === undefined ? '' : `${stuck.id} (${stuck.action.kind}: ${JSON.stringify(stuck.outcome)})`;
    return `no order explains ${what} after ${order || 'nothing'}`;
  }
}

interface Path {
  readonly event: HistoryEvent;
  readonly before: Path | null;
}

interface Configuration {
  readonly done: bigint;
  /** All before this one are done. */
  readonly doneBelow: number;
  readonly state: string;
  readonly path: Path | null;
  readonly depth: number;
}

function pathOf({ path }: Configuration): readonly HistoryEvent[] {
  const events: HistoryEvent[] = [];
  for (let at = path; at !== null; at = at.before) events.push(at.event);
  return events.reverse();
}

function byCall(left: HistoryEvent, right: HistoryEvent): number {
  return left.called - right.called;
}
