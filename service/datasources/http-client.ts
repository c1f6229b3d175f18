import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, fetch, type Response } from 'undici';
import type { HostRules } from './host-rules.ts';
import { HostRefused, PollFailed } from './problems.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Followed at most so often, within the same origin only; 0 = never. */
  readonly redirectsMax: number;
  /** Of the body, after decompression. */
  readonly bytesMax: number;
  readonly signal: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  readonly etag: string | null;
  readonly text: string;
  /** Where it came from in the end. */
  readonly url: URL;
}

/**
 * Requests of one data source over connections of its own that are kept open. The rules about hosts are applied to
 * the address that is connected to. Bodies are bounded while they are read, after decompression.
 */
export class HttpClient {
  readonly #hosts: HostRules;
  readonly #agent: Agent;

  constructor(hosts: HostRules) {
    this.#hosts = hosts;
    this.#agent = new Agent({
      connect: { lookup: checkedLookup(hosts), timeout: 10_000 },
      connections: 8,
      keepAliveTimeout: 30_000,
    });
  }

  /**
   * Rejects with HostRefused, with NotSent when certainly nothing reached the service, with PollFailed when the
   * answer is too long or redirects elsewhere, and with whatever the network does.
   */
  async send(request: HttpRequest): Promise<HttpReply> {
    let { url } = request;
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#once(request, url);
      const location = response.headers.get('location');
      const isRedirect = response.status >= 300 && response.status < 400 && response.status !== 304;
      if (!isRedirect || location === null || request.redirectsMax === 0) {
        const text = await boundedText(response, request.bytesMax);
        return { status: response.status, etag: response.headers.get('etag'), text, url };
      }
      await response.body?.cancel();
      if (redirects >= request.redirectsMax) throw new PollFailed('redirected too often');
      url = redirected(url, location);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #once(request: HttpRequest, url: URL): Promise<Response> {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // An address is not looked up, so the look-up cannot check it.
    if (isIP(host) !== 0) this.#hosts.check(url.hostname, host);
    const { method, headers, body, signal } = request;
    try {
      return await fetch(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        signal,
        redirect: 'manual',
        dispatcher: this.#agent,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw meaningOf(error);
    }
  }
}

/** The connection could not be made: the service has seen nothing of the request. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

const beforeSending: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** `fetch` wraps what happened below it. */
function meaningOf(error: unknown): unknown {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof HostRefused) return cause;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  if (beforeSending.has(code)) return new NotSent(code);
  return new Error(code !== '' ? code : cause instanceof Error ? cause.message : String(cause));
}

/** Only to the same origin, so that credentials stay with the service they are for. */
function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (to === null || to.origin !== from.origin) throw new PollFailed('redirected to another origin');
  return to;
}

function checkedLookup(hosts: HostRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      try {
        for (const { address } of addresses) hosts.check(hostname, address);
      } catch (problem) {
        return callback(problem as NodeJS.ErrnoException, []);
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}

async function boundedText(response: Response, bytesMax: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new PollFailed(`the answer is longer than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
