import type { SeededRandom } from '../support/seeded-random.ts';

/** Something that will happen. */
export interface Scheduled {
  cancel(): void;
}

/**
 * The virtual time of a simulation and everything that will happen in it. Events happen one at a time, in order
 * of their time; two of the same time in an order drawn from the seed. After each, everything that became
 * runnable runs to its end, so the whole run depends on the seed alone.
 */
export class Scheduler {
  readonly #random: SeededRandom;
  readonly #heap: Event[] = [];
  #nowMs = 0;
  #order = 0;
  #executed = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many events have happened. */
  get executed(): number {
    return this.#executed;
  }

  after(delayMs: number, run: () => void): Scheduled {
    return this.at(this.#nowMs + Math.max(0, delayMs), run);
  }

  at(atMs: number, run: () => void): Scheduled {
    this.#order += 1;
    const event: Event = { atMs, tie: this.#random.next(), order: this.#order, run };
    push(this.#heap, event);
    return {
      cancel: () => {
        event.run = null;
      },
    };
  }

  /** Goes on until the condition holds (true), or until `untilMs` or the end of all events (false). */
  async run(untilMs: number, done: () => boolean): Promise<boolean> {
    await settle();
    while (!done()) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) {
        this.#nowMs = Math.max(this.#nowMs, untilMs);
        return false;
      }
      pop(this.#heap);
      if (next.run === null) continue;
      this.#nowMs = next.atMs;
      this.#executed += 1;
      next.run();
      await settle();
    }
    return true;
  }
}

/** All microtasks run before the next turn of the event loop. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

interface Event {
  readonly atMs: number;
  readonly tie: number;
  readonly order: number;
  /** Null when cancelled. */
  run: (() => void) | null;
}

function before(left: Event, right: Event): boolean {
  if (left.atMs !== right.atMs) return left.atMs < right.atMs;
  if (left.tie !== right.tie) return left.tie < right.tie;
  return left.order < right.order;
}

/** A binary heap, the first event on top. */
function push(heap: Event[], event: Event): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(event, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
    if (!before(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}
