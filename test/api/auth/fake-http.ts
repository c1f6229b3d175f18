import type { HttpClient, HttpQuestion, HttpReply } from '../../../service/api/auth/http-client.ts';

type Respond = (question: HttpQuestion) => Partial<HttpReply> | Promise<Partial<HttpReply>>;

/** An identity provider that answers as a test says, and remembers what it was asked. */
export class FakeHttp implements HttpClient {
  readonly asked: HttpQuestion[] = [];
  respond: Respond;

  constructor(respond: Respond) {
    this.respond = respond;
  }

  async send(question: HttpQuestion): Promise<HttpReply> {
    this.asked.push(question);
    return { status: 200, headers: new Map(), text: '', ...(await this.respond(question)) };
  }
}

/** As when nobody listens. */
export function silence(): never {
  throw new Error('connect ECONNREFUSED');
}
