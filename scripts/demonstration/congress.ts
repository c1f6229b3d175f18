import { setTimeout as delay } from 'node:timers/promises';

/** An answer that the demonstration cannot go on with. */
class UnexpectedAnswer extends Error {
  constructor(request: string, answer: { readonly status: number; readonly text: string }) {
    super(`${request} was answered ${answer.status}: ${answer.text.slice(0, 500).trim()}`);
  }
}

export interface Rows {
  readonly rows: readonly (readonly unknown[])[];
  /** The change the answer is as of. */
  readonly sequence: number;
  readonly durationMs: number;
}

/** The few calls of the v1 API that the demonstration needs, to a replica or to the balancer. */
export class Congress {
  readonly url: string;
  /** Answers 503 that were followed by another attempt. */
  retries = 0;

  constructor(url: string) {
    this.url = url;
  }

  async createDataSource(body: unknown): Promise<void> {
    await this.send('POST', '/v1/data-sources', JSON.stringify(body));
  }

  /** Replaces all rows of a table of a push data source. `body` is the JSON of a list of rows. */
  async putRows(dataSource: string, table: string, body: string): Promise<void> {
    await this.send('PUT', `/v1/data-sources/${dataSource}/tables/${table}/rows`, body);
  }

  async createPolicy(body: string): Promise<void> {
    await this.send('POST', '/v1/policies', body);
  }

  async rows(policy: string, table: string): Promise<Rows> {
    const startedAt = performance.now();
    const { text, headers } = await this.send('GET', `/v1/policies/${policy}/tables/${table}/rows`);
    const { results } = JSON.parse(text) as { results: readonly { readonly data: readonly unknown[] }[] };
    return {
      rows: results.map(({ data }) => data),
      sequence: Number(headers.get('congress-sequence')),
      durationMs: performance.now() - startedAt,
    };
  }

  /** Sends again what was answered 503, as its Retry-After asks; an idempotency key makes that safe for POST. */
  private async send(method: string, path: string, body?: string) {
    const headers: Record<string, string> = { 'idempotency-key': crypto.randomUUID() };
    if (body !== undefined) headers['content-type'] = 'application/json';
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(this.url + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(requestLimitMs),
      });
      const text = await response.text();
      if (response.ok) return { text, headers: response.headers };
      if (response.status !== 503 || attempt === attemptsMax) {
        throw new UnexpectedAnswer(`${method} ${this.url}${path}`, { status: response.status, text });
      }
      this.retries += 1;
      await delay(Number(response.headers.get('retry-after') ?? 1) * 1000);
    }
  }
}

const requestLimitMs = 120_000;
const attemptsMax = 10;
