import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { endpoints } from '../../service/api/endpoints.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { fuzz } from './fuzz-run.ts';
import { HttpExchange } from './http-exchange.ts';
import { operationsOf } from './operation.ts';

const token = 'fuzz';

/**
 * Runs a server in a process of its own and fuzzes it; true when nothing was found. What the server logs as an error
 * counts, and so does its end.
 */
export async function fuzzApi(options: {
  readonly requests: number;
  readonly seed: number;
}): Promise<boolean> {
  const { requests, seed } = options;
  const server = new ServerProcess();
  const exchange = new HttpExchange(await server.listening);
  await ready(exchange);
  const [first, ...others] = operationsOf(endpoints);
  if (first === undefined) throw new Error('there is no route');
  const startedMs = performance.now();
  try {
    const report = await fuzz({
      requests,
      random: new SeededRandom(seed),
      operations: [first, ...others],
      exchange,
      credentials: { 'x-auth-token': token },
      findingsMax: 20,
      progress: (done) => process.stdout.write(`\r${done} of ${requests}`),
    });
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    const statuses = [...report.byStatus].sort(([left], [right]) => left - right);
    console.log(`\r${requests} requests, seed ${seed}, ${others.length + 1} operations, ${seconds} s`);
    console.log(statuses.map(([status, count]) => `${status}: ${count}`).join('  '));
    for (const finding of report.findings) console.log(JSON.stringify(finding, null, 2));
    for (const line of server.errors) console.log(`logged: ${line}`);
    if (server.ended !== null) console.log(`the server ended: ${server.ended}`);
    const found = report.findings.length + server.errors.length + (server.ended === null ? 0 : 1);
    console.log(found === 0 ? 'nothing was found' : `${found} findings`);
    return found === 0;
  } finally {
    exchange.close();
    await server.stop();
  }
}

async function ready(exchange: HttpExchange): Promise<void> {
  for (;;) {
    const { status } = await exchange.send({ method: 'GET', path: '/readyz', headers: {}, body: null });
    if (status === 200) return;
  }
}

class ServerProcess {
  /** Its port. */
  readonly listening: Promise<number>;
  readonly errors: string[] = [];
  ended: string | null = null;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  constructor() {
    const sha256 = createHash('sha256').update(token).digest('hex');
    const child = spawn(process.execPath, ['--import', 'tsx', 'service/server/main.ts'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        CONGRESS_STORE: 'memory',
        CONGRESS_HOST: '127.0.0.1',
        CONGRESS_PORT: '0',
        CONGRESS_DRAIN_MS: '0',
        CONGRESS_AUTH: 'token',
        CONGRESS_AUTH_TOKENS: JSON.stringify({ tokens: [{ name: 'fuzz', sha256, roles: ['admin'] }] }),
        CONGRESS_CLIENT_REQUESTS_PER_S: '0',
        CONGRESS_AUDIT_LOG: 'off',
        // Reads that wait for what never comes are many here.
        CONGRESS_READ_WAIT_MS: '10',
      },
    });
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
    this.listening = new Promise((resolve, reject) => {
      child.once('exit', (code, signal) => {
        this.ended = `status ${code}, signal ${signal}`;
        reject(new Error(`the server ended: ${this.ended}`));
      });
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
        const { level, port } = JSON.parse(line) as { readonly level: string; readonly port?: number };
        if (level === 'error' && this.errors.length < 20) this.errors.push(line);
        if (port !== undefined) resolve(port);
      });
    });
    this.listening.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exited;
  }
}
