import { type HttpAnswer, HttpClient, type HttpQuestion } from './http-client.ts';

/** The parts of the v1 API that HA tests use; every answer is given as it came, whatever its status. */
export class CongressClient {
  readonly url: string;
  readonly http: HttpClient;

  constructor(url: string) {
    this.url = url;
    this.http = new HttpClient(url);
  }

  createPolicy(name: string, rules?: readonly string[]): Promise<HttpAnswer> {
    const body = rules === undefined ? { name } : { name, rules: rules.map((rule) => ({ rule })) };
    return this.http.send({ method: 'POST', path: '/v1/policies', body });
  }

  deletePolicy(name: string): Promise<HttpAnswer> {
    return this.http.send({ method: 'DELETE', path: `/v1/policies/${name}` });
  }

  showPolicy(name: string): Promise<HttpAnswer> {
    return this.http.send({ path: `/v1/policies/${name}` });
  }

  insertRule(
    policy: string,
    rule: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> {
    return this.http.send({ method: 'POST', path: `/v1/policies/${policy}/rules`, body: { rule }, headers });
  }

  /** The rules' texts, as inserted; throws on any status but 200. */
  async rules(policy: string): Promise<readonly string[]> {
    const answer = await this.http.send({ path: `/v1/policies/${policy}/rules` });
    return resultsOf<{ readonly rule: string }>(answer).map(({ rule }) => rule);
  }

  /** The rows of a policy's table; throws on any status but 200. */
  async rows(policy: string, table: string, headers: HttpQuestion['headers'] = {}): Promise<readonly Row[]> {
    return rowsOf(await this.askRows(policy, table, headers));
  }

  askRows(policy: string, table: string, headers: HttpQuestion['headers'] = {}): Promise<HttpAnswer> {
    return this.http.send({ path: `/v1/policies/${policy}/tables/${table}/rows`, headers });
  }

  /** `/healthz`, parsed, whatever its status. */
  async health(): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse((await this.http.send({ path: '/healthz' })).text);
  }

  close(): void {
    this.http.close();
  }
}

export type Row = readonly (string | number)[];

export const bounded = { 'congress-consistency': 'bounded' } as const;
export const linearizable = { 'congress-consistency': 'linearizable' } as const;

/** Gives the answer back, or throws with its text when it has another status. */
export function mustBe(status: number, answer: HttpAnswer): HttpAnswer {
  if (answer.status === status) return answer;
  throw new Error(`status ${answer.status} instead of ${status}: ${answer.text}`);
}

/** The rows of an answer; throws on any status but 200. */
export function rowsOf(answer: HttpAnswer): readonly Row[] {
  return resultsOf<{ readonly data: Row }>(answer).map(({ data }) => data);
}

function resultsOf<Result>(answer: HttpAnswer): readonly Result[] {
  return JSON.parse(mustBe(200, answer).text).results;
}
