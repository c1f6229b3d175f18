import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Reply = (request: ReceivedRequest, response: ServerResponse) => void;

/** A small HTTP service on a free port of this host that remembers what it was asked. */
export class JsonService {
  readonly received: ReceivedRequest[] = [];
  readonly #server: Server;
  #reply: Reply;

  private constructor(reply: Reply) {
    this.#reply = reply;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const received = { method, url, headers, body: Buffer.concat(chunks).toString() };
        this.received.push(received);
        this.#reply(received, response);
      });
    });
  }

  /** Answers every request with this JSON, or as the function does. */
  static async start(reply: Reply | object): Promise<JsonService> {
    const service = new JsonService(typeof reply === 'function' ? (reply as Reply) : jsonReply(reply));
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answer(reply: Reply | object): void {
    this.#reply = typeof reply === 'function' ? (reply as Reply) : jsonReply(reply);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** 200 with this JSON. */
export function jsonReply(body: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}
