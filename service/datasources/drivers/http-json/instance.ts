import type { Tuple } from '../../../datalog/value.ts';
import type { ActionCall, ActionOutcome, DriverInstance, DriverPorts, PolledTables } from '../../driver.ts';
import { HttpClient, NotSent } from '../../http-client.ts';
import { HostRefused, PollFailed, TemplateRefused } from '../../problems.ts';
import type { HttpJsonAction, HttpJsonConfig } from './config.ts';
import { DocumentReader } from './document-reader.ts';
import { rowsOfTable } from './table-rows.ts';
import { type Argument, fillBody, fillUrl } from './template.ts';

/** Of the answer to an action; what is longer counts as done all the same. */
const actionAnswerBytesMax = 1024 * 1024;
const detailLengthMax = 200;

/** One `http_json` data source that is in use. */
export class HttpJsonInstance implements DriverInstance {
  readonly pollIntervalMs: number | null;
  readonly pollDeadlineMs: number;
  readonly #config: HttpJsonConfig;
  readonly #client: HttpClient;
  readonly #documents: DocumentReader;
  readonly #ports: DriverPorts;

  constructor(config: HttpJsonConfig, ports: DriverPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#client = new HttpClient(ports.hosts);
    this.#documents = new DocumentReader({
      client: this.#client,
      headers: this.#headers(),
      bytesMax: config.answer_bytes_max,
    });
    const polls = config.poll_time > 0 && Object.keys(config.tables).length > 0;
    this.pollIntervalMs = polls ? config.poll_time * 1_000 : null;
    this.pollDeadlineMs = config.timeout * 1_000;
  }

  /** Tables that read the same pages share the requests. */
  async poll({
    full,
    signal,
  }: {
    readonly full: boolean;
    readonly signal: AbortSignal;
  }): Promise<PolledTables> {
    const found = new Map<string, readonly Tuple[]>();
    try {
      for (const [key, tables] of this.#tablesByPages()) {
        const [, first] = tables[0] ?? [];
        if (first === undefined) continue;
        const request = { url: new URL(first.url ?? '', this.#config.url), next: first.next ?? null };
        const pages = await this.#documents.read({ ...request, key, full, signal });
        if (pages === null) continue;
        for (const [name, table] of tables) {
          found.set(name, await rowsOfTable({ name, table, pages, clock: this.#ports.clock, signal }));
        }
      }
      return found;
    } catch (error) {
      // What was read of this round is lost, so the next one must not be told "not modified".
      this.#documents.forget();
      signal.throwIfAborted();
      if (error instanceof PollFailed || error instanceof HostRefused) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new PollFailed(`the service could not be asked: ${message}`, { cause: error });
    }
  }

  async execute(call: ActionCall, signal: AbortSignal): Promise<ActionOutcome> {
    const action = Object.hasOwn(this.#config.actions, call.action)
      ? this.#config.actions[call.action]
      : undefined;
    if (action === undefined) return { kind: 'refused', detail: `there is no action \`${call.action}\`` };
    const timer = new AbortController();
    const timeout = this.#ports.clock.sleep(action.timeout * 1_000, timer.signal).then(
      () => ({ kind: 'unknown' as const, detail: `no answer within ${action.timeout} s` }),
      () => new Promise<never>(() => {}),
    );
    const inner = AbortSignal.any([signal, timer.signal]);
    try {
      return await Promise.race([this.#send(call, action, inner), timeout]);
    } finally {
      timer.abort();
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #send(call: ActionCall, action: HttpJsonAction, signal: AbortSignal): Promise<ActionOutcome> {
    try {
      const values = argumentsOf(call, action.arguments);
      const url = new URL(fillUrl(action.url, values), this.#config.url);
      if (url.origin !== new URL(this.#config.url).origin) throw new TemplateRefused('another origin');
      const body = action.body === undefined ? undefined : fillBody(action.body, values);
      const { status, text } = await this.#client.send({
        method: action.method,
        url,
        headers: {
          ...this.#headers(),
          ...action.headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          'idempotency-key': call.id,
        },
        ...(body === undefined || action.method === 'GET' ? {} : { body }),
        redirectsMax: 0,
        bytesMax: actionAnswerBytesMax,
        signal,
      });
      return outcomeOf(status, text);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      if (error instanceof TemplateRefused || error instanceof HostRefused)
        return { kind: 'refused', detail };
      if (error instanceof NotSent) return { kind: 'not-now', detail: `not reachable: ${detail}` };
      return { kind: 'unknown', detail: `no answer: ${detail}` };
    }
  }

  #headers(): Readonly<Record<string, string>> {
    const { headers, secret_headers: secret } = this.#config;
    return { accept: 'application/json', 'user-agent': 'congress-ha', ...headers, ...secret };
  }

  #tablesByPages(): ReadonlyMap<string, readonly (readonly [string, HttpJsonConfig['tables'][string]])[]> {
    const groups = new Map<string, [string, HttpJsonConfig['tables'][string]][]>();
    for (const entry of Object.entries(this.#config.tables)) {
      const key = JSON.stringify([entry[1].url ?? '', entry[1].next ?? null]);
      groups.set(key, [...(groups.get(key) ?? []), entry]);
    }
    return groups;
  }
}

/** Throws TemplateRefused when there are too many, too few, or unknown ones. */
function argumentsOf(
  { positional, named }: ActionCall,
  names: readonly string[],
): ReadonlyMap<string, Argument> {
  const values = new Map<string, Argument>();
  for (const [index, value] of positional.entries()) {
    const name = names[index];
    if (name === undefined)
      throw new TemplateRefused(`${positional.length} arguments, ${names.length} are taken`);
    values.set(name, value);
  }
  for (const [name, value] of Object.entries(named)) {
    if (!names.includes(name)) throw new TemplateRefused(`there is no argument \`${name}\``);
    if (values.has(name)) throw new TemplateRefused(`the argument \`${name}\` is given twice`);
    values.set(name, value);
  }
  const missing = names.find((name) => !values.has(name));
  if (missing !== undefined) throw new TemplateRefused(`the argument \`${missing}\` is missing`);
  return values;
}

/**
 * 2xx is done. 429 was turned away at the door. Other 4xx are refusals; after 408, 409 and 425, and after any 5xx,
 * nobody knows how far the service got.
 */
function outcomeOf(status: number, text: string): ActionOutcome {
  if (status >= 200 && status < 300) return { kind: 'done', detail: `HTTP ${status}` };
  const answer = text.replace(/\s+/g, ' ').trim().slice(0, detailLengthMax);
  const detail = answer === '' ? `HTTP ${status}` : `HTTP ${status}: ${answer}`;
  if (status === 429) return { kind: 'not-now', detail };
  if (status >= 500 || status === 408 || status === 409 || status === 425) return { kind: 'unknown', detail };
  return { kind: 'refused', detail };
}
