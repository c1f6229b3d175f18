import { Agent, request as httpRequest } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As sent; empty when there was none. */
  readonly text: string;
  readonly durationMs: number;
}

export interface HttpQuestion {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the first slash on. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 10 s. */
  readonly timeoutMs?: number;
}

/** Keep-alive connections to one address on this machine, as a client program holds them. */
export class HttpClient {
  readonly #base: URL;
  readonly #agent: Agent;

  constructor(base: string) {
    this.#base = new URL(base);
    if (this.#base.hostname !== '127.0.0.1') throw new Error(`tests stay on this machine: \`${base}\``);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });
  }

  /** Rejects when there is no whole answer in time; any status is an answer. */
  send(question: HttpQuestion): Promise<HttpAnswer> {
    const startedAt = performance.now();
    const body = question.body === undefined ? undefined : JSON.stringify(question.body);
    const headers = {
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...question.headers,
    };
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          host: this.#base.hostname,
          port: this.#base.port,
          path: question.path,
          method: question.method ?? 'GET',
          agent: this.#agent,
          signal: AbortSignal.timeout(question.timeoutMs ?? 10_000),
          headers,
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('error', reject);
          answer.on('end', () => {
            const text = Buffer.concat(parts).toString('utf8');
            const durationMs = performance.now() - startedAt;
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, durationMs });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Closes the connections, so that none to a replaced process is used again. */
  close(): void {
    this.#agent.destroy();
  }
}

/** More requests than that wait for a free connection. */
const connectionsMax = 500;
