/** A request to an identity provider. */
export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** How this module reaches other services. Rejects when there is no complete answer in time; follows no redirect. */
export interface HttpClient {
  send(question: HttpQuestion): Promise<HttpReply>;
}
