import { gunzipSync } from 'node:zlib';
import { dutyMark } from './duty.ts';
import type { TransactItem } from './fake-transactions.ts';
import { absent, policyState } from './history.ts';
import { noRows } from './policy-model.ts';

/** A commit as the store took it. */
export interface CommittedRecord {
  readonly sequence: number;
  readonly commitId: string;
  readonly atMs: number;
  readonly changes: readonly LoggedChange[];
}

/** The parts of a change (policy/change-json.ts) that are looked at. */
interface LoggedChange {
  readonly kind: string;
  readonly policy?: { readonly id: string; readonly name: string; readonly description: string };
  readonly rules?: readonly LoggedRule[];
  readonly rule?: LoggedRule;
  readonly dataSource?: { readonly name: string };
  readonly table?: { readonly digest: string };
  readonly id?: string;
}

interface LoggedRule {
  readonly policyId: string;
  readonly name: unknown;
  readonly text: string;
}

/**
 * The truth of a run: what the store committed, in the order in which it did, seen from within. By replaying
 * it, without any code of the project, the state of every object at every sequence is known.
 */
export class CommittedLog {
  readonly records: CommittedRecord[] = [];
  readonly wrong: string[] = [];
  /** Names of policies, rules and rows, with the sequences of the commits that made them. */
  readonly made = new Map<string, number[]>();
  readonly #states = new Map<string, { readonly sequence: number; readonly state: string }[]>();
  readonly #policies = new Map<
    string,
    { readonly name: string; readonly description: string; rules: Map<string, string> }
  >();
  readonly #detached: (id: string) => string;
  readonly #rowsByDigest: ReadonlyMap<string, string>;
  readonly #generation: () => number;

  /** `detached`: the text of JSON that lies beside a record; `rowsByDigest`: whose rows these are; `generation`: of the duty's lease, now. */
  constructor(options: {
    readonly detached: (id: string) => string;
    readonly rowsByDigest: ReadonlyMap<string, string>;
    readonly generation: () => number;
  }) {
    this.#detached = options.detached;
    this.#rowsByDigest = options.rowsByDigest;
    this.#generation = options.generation;
  }

  /** For FakeDynamoDb: every transaction it makes. */
  readonly note = (items: readonly TransactItem[], atMs: number): void => {
    for (const { key, next } of items) {
      if (key.pk !== 'change' || next === null || next === undefined) continue;
      const text =
        typeof next.changes === 'string' ? next.changes : gunzipSync(next.changes as Uint8Array).toString();
      const changes = (JSON.parse(text) as LoggedChange[]).flatMap((change) => this.#inside(change));
      this.#append({ sequence: Number(key.sk), commitId: String(next.commitId), atMs, changes });
    }
  };

  get head(): number {
    return this.records.at(-1)?.sequence ?? 0;
  }

  /** State of an object after the commit at `sequence`. */
  stateAt(object: string, sequence: number): string {
    const states = this.#states.get(object) ?? [];
    for (let at = states.length - 1; at >= 0; at -= 1) {
      if (states[at]!.sequence <= sequence) return states[at]!.state;
    }
    return absent;
  }

  /** Sequences of the commits that made what has this name. */
  sequencesOf(name: string): readonly number[] {
    return this.made.get(name) ?? [];
  }

  #append(record: CommittedRecord): void {
    const expected = this.records.length + 1;
    if (record.sequence !== expected) {
      this.wrong.push(`commit ${record.sequence} was made where ${expected} was due`);
    }
    this.records.push(record);
    for (const change of record.changes) this.#apply(change, record.sequence);
  }

  #apply(change: LoggedChange, sequence: number): void {
    switch (change.kind) {
      case 'policy-created':
        this.#createPolicy(change, sequence);
        break;
      case 'policy-deleted':
        this.#policies.delete(change.policy!.id);
        this.#state(change.policy!.name, sequence, absent);
        break;
      case 'rule-inserted':
      case 'rule-deleted':
        this.#changeRule(change, sequence);
        break;
      case 'data-source-created':
        this.#note(change.dataSource!.name, sequence);
        this.#state(rowsObject, sequence, noRows);
        break;
      case 'table-replaced': {
        const rows = this.#rowsByDigest.get(change.table!.digest) ?? 'rows of nobody';
        this.#note(rows, sequence);
        this.#state(rowsObject, sequence, rows);
        break;
      }
      default:
    }
  }

  #createPolicy(change: LoggedChange, sequence: number): void {
    const { id, name, description } = change.policy!;
    if ([...this.#policies.values()].some((policy) => policy.name === name)) {
      this.wrong.push(`commit ${sequence} creates a second policy ${name}`);
    }
    const fenced =
      description.startsWith(dutyMark(0).slice(0, -1)) && description !== dutyMark(this.#generation());
    if (fenced) {
      this.wrong.push(
        `commit ${sequence} was made by the ${description} in generation ${this.#generation()}`,
      );
    }
    const rules = new Map((change.rules ?? []).map((rule) => [String(rule.name), rule.text]));
    this.#policies.set(id, { name, description, rules });
    this.#note(description, sequence);
    this.#state(name, sequence, policyState(description, [...rules.keys()]));
  }

  #changeRule(change: LoggedChange, sequence: number): void {
    const rule = change.rule!;
    const policy = this.#policies.get(rule.policyId);
    if (policy === undefined) {
      this.wrong.push(
        `commit ${sequence}: ${change.kind} ${String(rule.name)} in a policy that is not there`,
      );
      return;
    }
    const name = String(rule.name);
    if (change.kind === 'rule-inserted') {
      if ([...policy.rules.values()].includes(rule.text)) {
        this.wrong.push(`commit ${sequence} inserts \`${rule.text}\` into ${policy.name} a second time`);
      }
      policy.rules.set(name, rule.text);
      this.#note(name, sequence);
    } else if (!policy.rules.delete(name)) {
      this.wrong.push(`commit ${sequence} deletes ${name} of ${policy.name}, which is not there`);
    }
    const texts = new Set(policy.rules.values());
    if (texts.has('p(x) :- q(x)') && texts.has('q(x) :- p(x)')) {
      this.wrong.push(`commit ${sequence} makes ${policy.name} recursive`);
    }
    this.#state(policy.name, sequence, policyState(policy.description, [...policy.rules.keys()]));
  }

  #state(object: string, sequence: number, state: string): void {
    const states = this.#states.get(object) ?? [];
    states.push({ sequence, state });
    this.#states.set(object, states);
  }

  #note(name: string, sequence: number): void {
    this.made.set(name, [...(this.made.get(name) ?? []), sequence]);
  }

  /** Changes that lie beside the record were written before it. */
  #inside(change: LoggedChange): readonly LoggedChange[] {
    return change.kind === 'detached' ? (JSON.parse(this.#detached(change.id!)) as LoggedChange[]) : [change];
  }
}

/** Name of the shared table among the objects. */
export const rowsObject = 'rows';
