import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';

/**
 * `npm run bench -- api [--seconds 5] [--connections 16] [--memory 1000000]`: requests per second and latency of the
 * API on a replica with the memory store, each beside a bare Express handler that sends the same bytes, in the same
 * run and process. `--memory n` instead sends n requests and shows the memory before, between and after.
 */
export async function benchApi(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '16' },
      memory: { type: 'string' },
    },
  });
  const server = await BenchedServer.start();
  try {
    await server.prepare();
    const load = { duration: Number(values.seconds), connections: Number(values.connections) };
    if (values.memory === undefined) await measureAll(server, load);
    else await measureMemory(server, { requests: Number(values.memory), connections: load.connections });
  } finally {
    server.stop();
  }
}

interface Load {
  readonly duration: number;
  readonly connections: number;
}

interface Case {
  readonly name: string;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly bodyOf?: () => string;
}

let posted = 0;
const cases: readonly Case[] = [
  { name: 'GET policy', path: '/v1/policies/classification' },
  { name: 'GET 10 rows', path: '/v1/data-sources/ds/tables/t10/rows' },
  { name: 'GET 1,000 rows', path: '/v1/data-sources/ds/tables/t1000/rows' },
  { name: 'GET 100,000 rows', path: '/v1/data-sources/ds/tables/t100000/rows' },
];
const writes: readonly Case[] = [
  {
    name: 'POST rule',
    method: 'POST',
    path: '/v1/policies/classification/rules',
    bodyOf: () => {
      posted += 1;
      return JSON.stringify({ rule: `posted(${posted})` });
    },
  },
  {
    name: 'simulate',
    method: 'POST',
    path: '/v1/policies/simulated?action=simulate',
    bodyOf: () => JSON.stringify({ query: 'p(x)', sequence: 'q+(7)', action_policy: 'action' }),
  },
];

async function measureAll(server: BenchedServer, load: Load): Promise<void> {
  console.log('| request | mode | requests/s | p50 ms | p99 ms | of bare | longest pause ms |');
  console.log('|---|---|---|---|---|---|---|');
  for (const one of cases) {
    await server.sendBare(one.path);
    const bare = await server.measure({ ...one, to: 'bare' }, load);
    line(one.name, 'bare Express', bare, null);
    for (const mode of ['bounded', 'linearizable']) {
      line(one.name, mode, await server.measure({ ...one, to: 'replica', mode }, load), bare.perSecond);
    }
  }
  for (const one of writes) line(one.name, '', await server.measure({ ...one, to: 'replica' }, load), null);
}

function line(name: string, mode: string, measured: Measured, bare: number | null): void {
  const { perSecond, p50, p99, pauseMs } = measured;
  const share = bare === null ? '' : `${Math.round((100 * perSecond) / bare)} %`;
  console.log(
    `| ${name} | ${mode} | ${Math.round(perSecond)} | ${p50} | ${p99} | ${share} | ${pauseMs.toFixed(0)} |`,
  );
}

/** Tenths of the requests, with the memory after each; garbage is collected before looking. */
async function measureMemory(
  server: BenchedServer,
  { requests, connections }: { readonly requests: number; readonly connections: number },
): Promise<void> {
  console.log('| requests | heap MB | resident MB |\n|---|---|---|');
  const path = '/v1/data-sources/ds/tables/t10/rows';
  for (let tenth = 0; tenth <= 10; tenth += 1) {
    if (tenth > 0) await server.send({ path, amount: Math.ceil(requests / 10), connections });
    const { heapBytes, rssBytes } = await server.ask({ ask: 'memory' });
    const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
    console.log(`| ${(requests * tenth) / 10} | ${megabytes(heapBytes)} | ${megabytes(rssBytes)} |`);
  }
}

interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly pauseMs: number;
}

interface Told {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly loopDelayMsMax: number;
}

/** The process with the servers. */
class BenchedServer {
  readonly #child: ChildProcess;
  readonly #ports: readonly [number, number];

  private constructor(child: ChildProcess, ports: readonly [number, number]) {
    this.#child = child;
    this.#ports = ports;
  }

  static async start(): Promise<BenchedServer> {
    const file = fileURLToPath(new URL('api-process.ts', import.meta.url));
    const child = fork(file, { execArgv: ['--import', 'tsx', '--expose-gc'] });
    const { ports } = await heard<{ readonly ports: readonly [number, number] }>(child);
    return new BenchedServer(child, ports);
  }

  stop(): void {
    this.#child.kill();
  }

  /** Tables of 10, 1,000 and 100,000 rows, and a policy to simulate on. */
  async prepare(): Promise<void> {
    const sizes = [10, 1_000, 100_000];
    const tables = Object.fromEntries(sizes.map((size) => [`t${size}`, ['id', 'name', 'number']]));
    await this.#call('POST', '/v1/data-sources', { name: 'ds', driver: 'push', config: { tables } });
    for (const size of sizes) {
      const rows = Array.from({ length: size }, (_, at) => [`id-${at}`, `server number ${at}`, at]);
      await this.#call('PUT', `/v1/data-sources/ds/tables/t${size}/rows`, rows);
    }
    const rules = ['p(x) :- q(x)', 'q(1)', 'q(2)'].map((rule) => ({ rule }));
    await this.#call('POST', '/v1/policies', { name: 'simulated', rules });
    await this.#call('POST', '/v1/policies/action/rules', { rule: 'action("q")' });
  }

  /** The bare handler answers from now on what the replica answers on this path. */
  async sendBare(path: string): Promise<void> {
    await this.ask({ ask: 'bare', body: await (await fetch(`${this.#url('replica')}${path}`)).text() });
  }

  ask(question: { readonly ask: string; readonly body?: string }): Promise<Told> {
    const told = heard<Told>(this.#child);
    this.#child.send(question);
    return told;
  }

  async measure(
    one: Case & { readonly to: 'replica' | 'bare'; readonly mode?: string },
    load: Load,
  ): Promise<Measured> {
    const { bodyOf } = one;
    const headers = {
      ...(one.mode === undefined ? {} : { 'Congress-Consistency': one.mode }),
      ...(bodyOf === undefined ? {} : { 'Content-Type': 'application/json' }),
    };
    const requests = bodyOf && [
      { setupRequest: (request: autocannon.Request) => ({ ...request, body: bodyOf() }) },
    ];
    const method = one.method ?? 'GET';
    const options = {
      url: `${this.#url(one.to)}${one.path}`,
      method,
      headers,
      ...(requests && { requests }),
    };
    await autocannon({ ...options, connections: load.connections, duration: 1 });
    await this.ask({ ask: 'loop' });
    const result = await autocannon({ ...options, ...load });
    if (result.non2xx > 0) throw new Error(`${one.name}: ${result.non2xx} answers were refusals`);
    const { loopDelayMsMax } = await this.ask({ ask: 'loop' });
    return {
      perSecond: result.requests.total / result.duration,
      p50: result.latency.p50,
      p99: result.latency.p99,
      pauseMs: loopDelayMsMax,
    };
  }

  async send(load: { readonly path: string; readonly amount: number; readonly connections: number }) {
    const { path, amount, connections } = load;
    await autocannon({ url: `${this.#url('replica')}${path}`, amount, connections });
  }

  async #call(method: string, path: string, body: unknown): Promise<void> {
    const init = { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
    const answer = await fetch(`${this.#url('replica')}${path}`, init);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }

  #url(which: 'replica' | 'bare'): string {
    return `http://127.0.0.1:${which === 'replica' ? this.#ports[0] : this.#ports[1]}`;
  }
}

function heard<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`the benched process ended with ${code}`));
    child.once('exit', failed);
    child.once('message', (message) => {
      child.off('exit', failed);
      resolve(message as Message);
    });
  });
}
