import { explainedRowsMax } from '../../base/limits.ts';
import type { Rule } from '../../datalog/tree.ts';
import {
  boundTo,
  type ExplainedWorld,
  type GroundRow,
  isBuiltin,
  keyOf,
  type OwnedRule,
  rowOf,
} from './explained-world.ts';

/** An instance of a rule. */
export interface Instance {
  readonly rule: OwnedRule;
  readonly instance: Rule;
}

const instancesPerRuleMax = 1_000;

/**
 * Finite derivations of rows of recursive tables. Rows that the goal may depend on are looked at breadth first; a row
 * is proved by the first instance whose rows of the same recursion were all proved before, so following the
 * instances always comes to an end. About the shortest derivations are found. Null when the search would look at
 * more than `explainedRowsMax` rows.
 */
export function wellFounded(goal: GroundRow, world: ExplainedWorld): ReadonlyMap<string, Instance> | null {
  return new Search(goal, world).run();
}

interface Waiting {
  readonly head: string;
  readonly found: Instance;
  /** Keys of rows that are not proved. */
  readonly open: Set<string>;
}

class Search {
  readonly #goal: GroundRow;
  readonly #world: ExplainedWorld;
  readonly #proved = new Map<string, Instance>();
  /** Rows that are stored need no instance. */
  readonly #given = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #queue: GroundRow[] = [];
  /** Instances by the rows that they wait for. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(goal: GroundRow, world: ExplainedWorld) {
    this.#goal = goal;
    this.#world = world;
  }

  run(): ReadonlyMap<string, Instance> | null {
    const goal = keyOf(this.#goal);
    this.#enqueue(this.#goal);
    for (let at = 0; at < this.#queue.length; at++) {
      if (this.#isProved(goal)) return this.#proved;
      if (at >= explainedRowsMax) return null;
      this.#explore(this.#queue[at]!);
    }
    return this.#isProved(goal) ? this.#proved : null;
  }

  #isProved(key: string): boolean {
    return this.#proved.has(key) || this.#given.has(key);
  }

  #enqueue(row: GroundRow): void {
    const key = keyOf(row);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#queue.push(row);
  }

  #explore(row: GroundRow): void {
    const key = keyOf(row);
    if (this.#world.stored(row) !== null) {
      this.#given.add(key);
      this.#release(key);
      return;
    }
    for (const rule of this.#world.rulesOf(row)) {
      const bound = boundTo(rule, row.row);
      if (bound === null) continue;
      for (const instance of this.#world.instances(rule.policy, bound, instancesPerRuleMax)) {
        this.#consider(key, row, { rule, instance });
        if (this.#isProved(key)) return;
      }
    }
  }

  #consider(head: string, row: GroundRow, found: Instance): void {
    const open = new Set<string>();
    for (const literal of found.instance.body) {
      if (literal.negated || isBuiltin(literal.atom)) continue;
      const read = rowOf(literal, found.rule.policy);
      if (!this.#world.isRecursive(row, read) || this.#isProved(keyOf(read))) continue;
      open.add(keyOf(read));
      this.#enqueue(read);
    }
    const waiting = { head, found, open };
    if (open.size === 0) this.#prove(waiting);
    for (const key of open) this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), waiting]);
  }

  #prove({ head, found }: Waiting): void {
    if (this.#isProved(head)) return;
    this.#proved.set(head, found);
    this.#release(head);
  }

  /** A row is proved: instances that waited for it wait for one less. */
  #release(proved: string): void {
    const stack = [proved];
    for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
      for (const { head, found, open } of this.#waiting.get(key) ?? []) {
        open.delete(key);
        if (open.size > 0 || this.#isProved(head)) continue;
        this.#proved.set(head, found);
        stack.push(head);
      }
      this.#waiting.delete(key);
    }
  }
}
