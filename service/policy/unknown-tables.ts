import { dependenciesOf } from '../datalog/dependency-graph.ts';
import type { EngineChange } from '../engine/engine-change.ts';

/** A change of what a replica holds in its engine. */
export type HeldChange =
  | EngineChange
  /** Rows of this table come from a service that has not been asked yet: nobody knows what is in it. */
  | { readonly kind: 'expect-table'; readonly policy: string; readonly table: string };

type InsertRule = Extract<EngineChange, { kind: 'insert-rule' }>;

/**
 * Keeps rules from concluding anything from tables that nobody has seen yet (ARCHITECTURE section 4).
 *
 *     unknown    a table that is awaited, until its first rows come (or it goes)
 *     uncertain  unknown, or head of a rule with an uncertain table in its body
 *     waiting    a rule with a negated literal over an uncertain table: the engine does not get it yet
 *
 * To the engine an unknown table is an empty one. What rules derive positively from it is therefore too little at
 * worst. Only a negation turns too little into too much, so exactly the rules with such a negation wait. Sound, not
 * complete: a row that would hold whatever the table contains waits too. Costs nothing while every table is
 * known; else a change of the unknown tables, or of a rule over uncertain ones, looks at every rule once.
 */
export class UnknownTables {
  readonly #unknown = new Set<string>();
  readonly #rules = new Map<string, InsertRule>();
  #uncertain: ReadonlySet<string> = new Set();
  #waiting: ReadonlySet<string> = new Set();

  /** No rows of the table have come yet. */
  isUnknown(policy: string, table: string): boolean {
    return this.#unknown.has(`${policy}:${table}`);
  }

  /** The table has rows that are not known, or may have for want of such rows. `table` as in {@link dependenciesOf}. */
  isUncertain(policy: string, table: string): boolean {
    return this.#uncertain.has(`${policy}:${table}`);
  }

  /** What the engine is given instead. The order among changes of the same fact, rule or table is kept. */
  admit(changes: readonly HeldChange[]): readonly EngineChange[] {
    const admitted: EngineChange[] = [];
    const fresh = new Map<string, InsertRule>();
    let moved = false;
    for (const change of changes) {
      switch (change.kind) {
        case 'expect-table':
          moved = addedTo(this.#unknown, `${change.policy}:${change.table}`) || moved;
          break;
        case 'insert-rule':
          this.#rules.set(change.ruleId, change);
          fresh.set(change.ruleId, change);
          moved ||= this.#isTouched(change);
          break;
        case 'delete-rule':
          moved ||= this.#isTouched(this.#rules.get(change.ruleId));
          this.#rules.delete(change.ruleId);
          if (!fresh.delete(change.ruleId) && !this.#waiting.has(change.ruleId)) admitted.push(change);
          break;
        case 'replace-table':
        case 'change-table':
        case 'drop-table':
          moved = this.#unknown.delete(`${change.policy}:${change.table}`) || moved;
          admitted.push(change);
          break;
        default:
          admitted.push(change);
      }
    }
    if (moved) admitted.push(...this.#settle(fresh));
    for (const rule of fresh.values()) if (!this.#waiting.has(rule.ruleId)) admitted.push(rule);
    return admitted;
  }

  /** Whether the rule has a say in what is uncertain, or waits. */
  #isTouched(rule: InsertRule | undefined): boolean {
    if (rule === undefined || this.#unknown.size === 0) return false;
    return dependenciesOf(rule.policy, rule.rule).some(
      ({ head, body }) => this.#uncertain.has(head) || this.#uncertain.has(body) || this.#unknown.has(body),
    );
  }

  /** Rules that the engine has to give back, or gets now. Fresh ones it has not had. */
  #settle(fresh: ReadonlyMap<string, InsertRule>): readonly EngineChange[] {
    const before = this.#waiting;
    this.#uncertain = this.#reached();
    this.#waiting = this.#negating();
    const changes: EngineChange[] = [];
    for (const ruleId of this.#waiting) {
      if (!before.has(ruleId) && !fresh.has(ruleId)) changes.push({ kind: 'delete-rule', ruleId });
    }
    for (const ruleId of before) {
      const rule = this.#rules.get(ruleId);
      if (rule !== undefined && !this.#waiting.has(ruleId)) changes.push(rule);
    }
    return changes;
  }

  #reached(): ReadonlySet<string> {
    const uncertain = new Set(this.#unknown);
    if (uncertain.size === 0) return uncertain;
    const headsByBody = new Map<string, Set<string>>();
    for (const { policy, rule } of this.#rules.values()) {
      for (const { head, body } of dependenciesOf(policy, rule)) {
        const heads = headsByBody.get(body);
        if (heads === undefined) headsByBody.set(body, new Set([head]));
        else heads.add(head);
      }
    }
    for (const table of uncertain) for (const head of headsByBody.get(table) ?? []) uncertain.add(head);
    return uncertain;
  }

  #negating(): ReadonlySet<string> {
    const waiting = new Set<string>();
    if (this.#uncertain.size === 0) return waiting;
    for (const [ruleId, { policy, rule }] of this.#rules) {
      const waits = dependenciesOf(policy, rule).some(
        ({ body, negated }) => negated && this.#uncertain.has(body),
      );
      if (waits) waiting.add(ruleId);
    }
    return waiting;
  }
}

/** True when it was not in it. */
function addedTo(set: Set<string>, text: string): boolean {
  const sizeBefore = set.size;
  set.add(text);
  return set.size > sizeBefore;
}
