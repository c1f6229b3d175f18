import { parse } from 'lossless-json';
import type { HttpClient } from '../../http-client.ts';
import { PollFailed } from '../../problems.ts';
import { nodesAt } from './json-path.ts';

const pagesMax = 1_000;
const redirectsMax = 3;

export interface PagesRequest {
  /** Equal for the same list. */
  readonly key: string;
  readonly url: URL;
  /** JSONPath of the next page's URL; null when there is one page. */
  readonly next: string | null;
  readonly full: boolean;
  readonly signal: AbortSignal;
}

/**
 * Reads lists of a service page by page. Remembers the ETag of a list of one page and asks with it, so that a
 * service that supports this has to say only that nothing changed.
 */
export class DocumentReader {
  readonly #client: HttpClient;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #bytesMax: number;
  readonly #etags = new Map<string, string>();

  constructor(options: {
    readonly client: HttpClient;
    readonly headers: Readonly<Record<string, string>>;
    /** All pages of one list, after decompression. */
    readonly bytesMax: number;
  }) {
    this.#client = options.client;
    this.#headers = options.headers;
    this.#bytesMax = options.bytesMax;
  }

  /** Every list is read anew. */
  forget(): void {
    this.#etags.clear();
  }

  /** The pages as JSON, integers as bigint; null when the list has not changed. Rejects with PollFailed. */
  async read(request: PagesRequest): Promise<readonly unknown[] | null> {
    const { key, next, full } = request;
    const etag = full ? undefined : this.#etags.get(key);
    this.#etags.delete(key);
    const pages: unknown[] = [];
    let bytesLeft = this.#bytesMax;
    let url: URL | null = request.url;
    while (url !== null) {
      if (pages.length >= pagesMax) throw new PollFailed(`more than ${pagesMax} pages`);
      const headers = {
        ...this.#headers,
        ...(pages.length === 0 && etag !== undefined ? { 'if-none-match': etag } : {}),
      };
      const { signal } = request;
      const reply = await this.#client.send({
        method: 'GET',
        url,
        headers,
        redirectsMax,
        bytesMax: bytesLeft,
        signal,
      });
      if (reply.status === 304 && etag !== undefined) {
        this.#etags.set(key, etag);
        return null;
      }
      if (reply.status !== 200) throw new PollFailed(`\`${url.pathname}\` answers HTTP ${reply.status}`);
      const document = jsonOf(reply.text, url);
      pages.push(document);
      bytesLeft -= reply.text.length;
      const nextUrl: URL | null = next === null ? null : nextOf(document, next, url);
      if (nextUrl === null && pages.length === 1 && reply.etag !== null) this.#etags.set(key, reply.etag);
      url = nextUrl;
    }
    return pages;
  }
}

function jsonOf(text: string, url: URL): unknown {
  try {
    return parse(text, undefined, (digits) => (/^-?\d+$/.test(digits) ? BigInt(digits) : Number(digits)));
  } catch {
    throw new PollFailed(`\`${url.pathname}\` does not answer with JSON`);
  }
}

/** Null at the last page. Another origin would get the credentials, so it is refused. */
function nextOf(document: unknown, path: string, from: URL): URL | null {
  const [node] = nodesAt(path, document);
  const text: unknown = node?.value ?? null;
  if (text === null || text === '') return null;
  const next = typeof text === 'string' && URL.canParse(text, from.href) ? new URL(text, from) : null;
  if (next === null || next.origin !== from.origin)
    throw new PollFailed('the next page is of another origin');
  return next;
}
