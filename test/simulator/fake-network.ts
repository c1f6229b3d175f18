import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SeededRandom } from '../support/seeded-random.ts';
import { type Execution, type FakeDynamoDb, serviceError } from './fake-dynamodb.ts';
import type { Host } from './host.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

/** The way between one host and the store, or the store itself. */
export type Path =
  | 'open'
  /** Nobody listens. */
  | 'refused'
  /** Nothing arrives and nothing comes back. */
  | 'black-hole'
  /** What is sent arrives; nothing comes back. */
  | 'no-answers'
  /** The store refuses everything for lack of capacity. */
  | 'throttled'
  /** The store answers 500 to everything, half of it done. */
  | 'failing';

/** How often a single message suffers what; the rest goes well. */
export interface MessageChances {
  readonly lostRequest: number;
  readonly lostAnswer: number;
  /** Given up by the network, and delivered long after. */
  readonly lateRequest: number;
  /** Carried out, and delivered and carried out once more later. */
  readonly duplicate: number;
  readonly reset: number;
  readonly serverErrorBefore: number;
  readonly serverErrorAfter: number;
  readonly throttled: number;
  readonly slow: number;
}

type Fate = keyof MessageChances | 'well';

export interface NetworkOptions {
  readonly scheduler: Scheduler;
  readonly database: FakeDynamoDb;
  readonly chances: MessageChances;
  readonly trace: Trace;
}

/** All ways to the store. */
export class FakeNetwork {
  readonly options: NetworkOptions;
  /** Of every host. */
  storePath: Path = 'open';
  readonly #paths = new Map<string, Path>();
  #healed = false;

  constructor(options: NetworkOptions) {
    this.options = options;
  }

  /** Of one host. */
  setPath(host: string, path: Path): void {
    this.#paths.set(host, path);
  }

  pathOf(host: string): Path {
    return this.storePath === 'open' ? (this.#paths.get(host) ?? 'open') : this.storePath;
  }

  /** Every way is open and no message suffers any more. */
  heal(): void {
    this.#healed = true;
    this.storePath = 'open';
    this.#paths.clear();
  }

  fate(random: SeededRandom): Fate {
    const drawn = random.next();
    if (this.#healed) return 'well';
    let sum = 0;
    for (const [fate, chance] of Object.entries(this.options.chances) as [Fate, number][]) {
      sum += chance;
      if (drawn < sum) return fate;
    }
    return 'well';
  }

  /** A document client as a process on this host has it. */
  clientFor(host: Host, random: SeededRandom): DynamoDBDocumentClient {
    const send = (command: object, options: { readonly abortSignal: AbortSignal }): Promise<unknown> =>
      new Promise((resolve, reject) => {
        new Message(this, { host, random, command, signal: options.abortSignal, resolve, reject }).send();
      });
    return { send, destroy() {} } as unknown as DynamoDBDocumentClient;
  }
}

interface MessageOptions {
  readonly host: Host;
  readonly random: SeededRandom;
  readonly command: object;
  readonly signal: AbortSignal;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One request and its answer on their way. */
class Message {
  readonly #network: FakeNetwork;
  readonly #options: MessageOptions;
  readonly #fate: Fate;
  readonly #name: string;
  #ended = false;
  #delivered = false;

  constructor(network: FakeNetwork, options: MessageOptions) {
    this.#network = network;
    this.#options = options;
    this.#fate = network.fate(options.random);
    this.#name = options.command.constructor.name.replace('Command', '');
  }

  send(): void {
    const { signal, host } = this.#options;
    signal.addEventListener('abort', this.#abort, { once: true });
    const path = this.#network.pathOf(host.name);
    this.#trace(path === 'open' ? `sends (${this.#fate})` : `sends (${path})`);
    if (path === 'refused') {
      this.#answer({ error: refused() }, this.#latencyMs());
    } else if (this.#fate === 'lateRequest') {
      this.#arriveAfter(500 + this.#options.random.next() * 6_000);
    } else if (path !== 'black-hole' && this.#fate !== 'lostRequest') {
      this.#arriveAfter(this.#latencyMs());
    }
  }

  #arriveAfter(delayMs: number): void {
    this.#network.options.scheduler.after(delayMs, () => this.#arrive());
  }

  #arrive(): void {
    const { random, command, host } = this.#options;
    const { database, scheduler } = this.#network.options;
    const path = this.#network.pathOf(host.name);
    if (this.#network.storePath === 'refused' || path === 'black-hole') return;
    const failing = path === 'failing';
    if (this.#fate === 'throttled' || path === 'throttled') {
      this.#answer({ error: serviceError('ThrottlingException') }, this.#latencyMs());
    } else if (this.#fate === 'serverErrorBefore' || (failing && random.next() < 0.5)) {
      this.#answer({ error: serverError() }, this.#latencyMs());
    } else {
      const { input } = command as { readonly input: object };
      const execution = database.execute(command.constructor.name, input, scheduler.nowMs);
      this.#trace(`arrives: ${execution.error?.name ?? 'done'}`);
      this.#deliverAgain();
      const afterMs = execution.readyAtMs - scheduler.nowMs + this.#latencyMs();
      if (this.#fate === 'serverErrorAfter' || failing) this.#answer({ error: serverError() }, afterMs);
      else if (this.#fate === 'reset') this.#answer({ error: reset() }, afterMs);
      else if (path !== 'no-answers' && !unanswered.has(this.#fate)) this.#answer(execution, afterMs);
    }
  }

  /** By whatever stands in between; but nobody sends again what was answered with a refusal at the door. */
  #deliverAgain(): void {
    if (this.#fate !== 'duplicate' || this.#delivered) return;
    this.#delivered = true;
    this.#arriveAfter(this.#options.random.next() * 3_000);
  }

  /** What is on its way when the way is cut gets lost. */
  #answer(execution: Pick<Execution, 'answer' | 'error'>, afterMs: number): void {
    const { host, resolve, reject } = this.#options;
    this.#network.options.scheduler.after(afterMs, () => {
      const path = this.#network.pathOf(host.name);
      if (path === 'black-hole' || path === 'no-answers') return;
      host.happen(() => {
        if (this.#ended) return;
        this.#end();
        if (execution.error === undefined) resolve(execution.answer);
        else reject(execution.error);
      });
    });
  }

  readonly #abort = (): void => {
    if (this.#ended) return;
    this.#end();
    this.#options.reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
  };

  #end(): void {
    this.#ended = true;
    this.#options.signal.removeEventListener('abort', this.#abort);
  }

  #latencyMs(): number {
    const { random } = this.#options;
    const usual = 0.5 + random.next() * 4;
    return this.#fate === 'slow' ? usual + random.next() * 900 : usual;
  }

  #trace(what: string): void {
    const { trace } = this.#network.options;
    if (trace.on) trace.line(this.#options.host.name, `${this.#name} ${what}`);
  }
}

const unanswered: ReadonlySet<Fate> = new Set(['lostAnswer', 'lateRequest']);

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
}

function reset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

function serverError(): Error {
  return serviceError('InternalServerError', {}, 500);
}
