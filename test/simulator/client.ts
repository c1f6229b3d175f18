import type { Sequence } from '../../service/base/ids.ts';
import type { Json } from '../../service/base/json.ts';
import { Problem } from '../../service/base/problem.ts';
import type { Write } from '../../service/policy/write.ts';
import { createDataSource } from '../../service/policy/writes/create-data-source.ts';
import { createPolicy } from '../../service/policy/writes/create-policy.ts';
import { deletePolicy } from '../../service/policy/writes/delete-policy.ts';
import { deleteRule } from '../../service/policy/writes/delete-rule.ts';
import { insertRule } from '../../service/policy/writes/insert-rule.ts';
import type { Consistency, ReplicaPort, WriteOutcome } from '../../service/replication/replica-port.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { rowsObject } from './committed-log.ts';
import type { Action, Outcome } from './history.ts';
import type { Mutation } from './mutations.ts';
import { copyRule, observePolicy, observeRows, rowsOfWrite, sharedSource, sharedTable } from './observe.ts';
import type { PlannedOperation } from './plan.ts';
import type { ReadAnswer, Recorder } from './recorder.ts';
import type { Answer, Requests } from './requests.ts';
import type { Trace } from './trace.ts';

export interface ClientOptions {
  readonly name: string;
  readonly requests: Requests;
  readonly recorder: Recorder;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly mutation: Mutation;
  /** Ids of rules that some client inserted, with their names, by policy. */
  readonly knownRules: Map<string, { readonly ruleId: string; readonly name: string }[]>;
}

/** What is done to an object, and how. */
interface Deed {
  readonly object: string;
  readonly action: Action;
  perform(port: ReplicaPort, options: WriteOptions): Promise<WriteOutcome<Json>>;
  /** Told once, when it was done. */
  done?(result: Json): void;
}

type WriteOptions = Parameters<ReplicaPort['write']>[1];

const attemptsMax = 6;

/**
 * A client with a session: it sends its operations one after another, each to another replica, remembers the
 * newest sequence that it saw, and tries keyed writes again until it knows what became of them.
 */
export class Client {
  readonly #options: ClientOptions;
  #token = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Answers what became of it; for those who insist. */
  async perform(operation: PlannedOperation): Promise<Outcome['kind']> {
    const deed = this.#deed(operation);
    return deed === null ? this.#read(operation) : this.#write(operation, deed);
  }

  /** Makes the shared table; tried until it is there or was refused. */
  async createSource(replica: number): Promise<void> {
    const action: Action = { kind: 'create', policy: sharedSource, rules: [] };
    const operation = { id: 'o0', keyed: true, replica } as PlannedOperation;
    const write = (): Write<Json> =>
      createDataSource({
        id: this.#options.random.uuid(),
        name: sharedSource,
        driver: 'push',
        description: null,
        enabled: true,
        config: null,
        tables: [
          {
            table: sharedTable,
            columns: [
              { name: 'write', description: null },
              { name: 'n', description: null },
            ],
          },
        ],
      });
    await this.#write(operation, this.#catalogDeed(rowsObject, { action, write }));
  }

  async #read(operation: PlannedOperation): Promise<Outcome['kind']> {
    const { recorder, requests } = this.#options;
    const object = operation.kind === 'read-rows' ? rowsObject : operation.policy;
    const asked = this.#consistency(operation.consistency);
    const called = recorder.moment();
    const answer = await requests.ask(operation.replica, async (port, signal) => {
      const { stale } = await port.awaitConsistency(asked.consistency, signal);
      const { state, wrong } = object === rowsObject ? observeRows(port) : observePolicy(port, object);
      if (wrong !== null) recorder.fail(`${operation.id}: ${wrong}`);
      return { object, state, applied: port.applied(), stale } satisfies ReadAnswer;
    });
    this.#trace(operation, answer);
    if (answer.kind !== 'answered') {
      if (answer.kind === 'failed') this.#expectProblem(operation, answer.error);
      return 'not-done';
    }
    const { value } = answer;
    recorder.checkRead(operation.id, value, asked);
    this.#token = Math.max(this.#token, value.applied);
    if (asked.consistency.kind === 'linearizable' && !value.stale) {
      recorder.freshest = Math.max(recorder.freshest, value.applied);
      const outcome: Outcome = { kind: 'read', state: value.state };
      recorder.event({ id: operation.id, object, action: { kind: 'read' }, called, outcome });
    }
    return 'read';
  }

  #consistency(wanted: PlannedOperation['consistency']) {
    const { recorder } = this.#options;
    const consistency: Consistency =
      wanted === 'token'
        ? { kind: 'at-least', sequence: this.#token as Sequence }
        : wanted === 'bounded'
          ? { kind: 'bounded' }
          : { kind: 'linearizable', explicit: wanted === 'linearizable' };
    if (wanted === 'token')
      return { consistency, atLeast: this.#token, why: 'this client had seen', always: true };
    if (wanted === 'bounded') return { consistency, atLeast: 0, why: '', always: false };
    return { consistency, atLeast: recorder.freshest, why: 'somebody had been told of', always: false };
  }

  async #write(operation: PlannedOperation, deed: Deed): Promise<Outcome['kind']> {
    const { recorder, requests, random } = this.#options;
    const called = recorder.moment();
    const { id, keyed } = operation;
    const idempotency = keyed ? { idempotency: { key: id, fingerprint: `body of ${id}` } } : {};
    let outcome: Outcome = { kind: 'not-done' };
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      if (attempt > 0) await requests.pause(20 + random.next() * 400);
      const answer = await requests.ask(operation.replica + attempt, (port, signal) =>
        deed.perform(port, { signal, ...idempotency }),
      );
      this.#trace(operation, answer);
      const latest = this.#outcomeOf(operation, answer);
      // Once unknown, only an answer that looks at the key tells.
      if (latest.kind !== 'not-done' || outcome.kind !== 'unknown') outcome = latest;
      if (answer.kind === 'answered') this.#acknowledged(answer.value, deed);
      if (!keyed || outcome.kind === 'done' || outcome.kind === 'refused') break;
    }
    recorder.event({ id, object: deed.object, action: deed.action, called, outcome });
    return outcome.kind;
  }

  #acknowledged(outcome: WriteOutcome<Json>, deed: Deed): void {
    const { recorder } = this.#options;
    recorder.freshest = Math.max(recorder.freshest, outcome.sequence);
    this.#token = Math.max(this.#token, outcome.sequence);
    deed.done?.(outcome.result);
  }

  #outcomeOf(operation: PlannedOperation, answer: Answer<WriteOutcome<Json>>): Outcome {
    if (answer.kind === 'answered') return { kind: 'done' };
    if (answer.kind === 'refused') return { kind: 'not-done' };
    if (answer.kind === 'silence') return { kind: 'unknown' };
    const code = this.#expectProblem(operation, answer.error);
    if (code === 'write-not-committed' || code === 'write-queue-full') return { kind: 'not-done' };
    if (code === 'write-outcome-unknown' || code === null) return { kind: 'unknown' };
    return { kind: 'refused', code };
  }

  #expectProblem(operation: PlannedOperation, error: unknown): string | null {
    if (error instanceof Problem) return error.code;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#options.recorder.fail(`${operation.id} broke down: ${text}`);
    return null;
  }

  /** Null for a read. */
  #deed(operation: PlannedOperation): Deed | null {
    const { id, policy } = operation;
    const number = Number(id.slice(1));
    switch (operation.kind) {
      case 'create-policy':
        return this.#create(operation, [`f(${number})`]);
      case 'create-large-policy':
        return this.#create(
          operation,
          Array.from({ length: 8 }, (_, at) => `f(${number * 100 + at})`),
        );
      case 'delete-policy':
        return this.#catalogDeed(policy, { action: { kind: 'delete' }, write: () => deletePolicy(policy) });
      case 'insert-fact':
        return this.#insert(operation, `f(${number})`);
      case 'insert-copy-rule':
        return this.#insert(operation, copyRule);
      case 'insert-p-of-q':
        return this.#insert(operation, 'p(x) :- q(x)');
      case 'insert-q-of-p':
        return this.#insert(operation, 'q(x) :- p(x)');
      case 'delete-rule':
        return this.#deleteRule(operation);
      case 'replace-rows':
        return this.#replaceRows(operation);
      default:
        return null;
    }
  }

  #create({ id, policy }: PlannedOperation, facts: readonly string[]): Deed {
    const { random, recorder } = this.#options;
    const rules = facts.map((text, index) => ({ name: `${id}.${index}`, text }));
    for (const { name, text } of rules) recorder.texts.set(name, text);
    const action: Action = { kind: 'create', policy: id, rules: rules.map(({ name }) => name) };
    const write = (): Write<Json> =>
      createPolicy({
        id: random.uuid(),
        name: policy,
        abbreviation: policy,
        description: id,
        kind: 'nonrecursive',
        rules: rules.map(({ name, text }) => ({ id: random.uuid(), text, name, comment: null })),
      });
    return this.#catalogDeed(policy, { action, write });
  }

  #insert({ id, policy }: PlannedOperation, text: string): Deed {
    const { random, recorder, knownRules } = this.#options;
    recorder.texts.set(id, text);
    const write = (): Write<Json> => insertRule({ policy, id: random.uuid(), text, name: id, comment: null });
    const deed = this.#catalogDeed(policy, { action: { kind: 'insert', rule: id }, write });
    const done = (result: Json): void => {
      const { id: ruleId } = result as { readonly id: string };
      knownRules.set(policy, [...(knownRules.get(policy) ?? []), { ruleId, name: id }]);
    };
    return { ...deed, done };
  }

  #deleteRule({ policy }: PlannedOperation): Deed | null {
    const known = this.#options.knownRules.get(policy) ?? [];
    const chosen = known[Math.floor(this.#options.random.next() * known.length)];
    if (chosen === undefined) return null;
    const action: Action = { kind: 'remove', rule: chosen.name };
    return this.#catalogDeed(policy, { action, write: () => deleteRule(policy, chosen.ruleId) });
  }

  #replaceRows({ id }: PlannedOperation): Deed {
    const request = { dataSource: sharedSource, table: sharedTable, rows: rowsOfWrite(id) };
    return {
      object: rowsObject,
      action: { kind: 'replace', rows: id },
      perform: (port, options) => port.replaceRows(request, options),
    };
  }

  /** Ids are made anew for every attempt, as a server does that gets the request again. */
  #catalogDeed(
    object: string,
    { action, write }: { readonly action: Action; readonly write: () => Write<Json> },
  ): Deed {
    const { mutation } = this.#options;
    const perform = (port: ReplicaPort, options: WriteOptions): Promise<WriteOutcome<Json>> => {
      const wanted = write();
      return port.write(mutation.wrapWrite?.(wanted) ?? wanted, options);
    };
    return { object, action, perform };
  }

  #trace(operation: PlannedOperation, answer: Answer<unknown>): void {
    const { trace, name } = this.#options;
    if (!trace.on) return;
    const { id, kind = 'create-source', policy = '', keyed, consistency } = operation;
    const how = kind.startsWith('read') ? consistency : keyed ? 'keyed' : 'once';
    trace.line(name, `${id} ${kind} ${policy} (${how}): ${answerText(answer)}`);
  }
}

function answerText(answer: Answer<unknown>): string {
  if (answer.kind === 'answered') return JSON.stringify(answer.value);
  if (answer.kind !== 'failed') return answer.kind;
  return answer.error instanceof Problem ? answer.error.code : String(answer.error);
}
