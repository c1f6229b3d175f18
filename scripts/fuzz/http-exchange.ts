import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** What came back, or why nothing did. */
export interface FuzzReply {
  readonly status: number;
  readonly contentType: string;
  readonly requestId: string;
  readonly text: string;
}

const timeoutMs = 20_000;
/** Of a stream that never ends, and of rows. */
const textLengthMax = 100_000;

/** One connection to one server, over which requests go one after the other. */
export class HttpExchange {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(port: number) {
    this.#port = port;
  }

  /** Rejects when there is no answer. An event stream is left after its first bytes. */
  send(asked: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer | null;
  }): Promise<FuzzReply> {
    const { method, path, body } = asked;
    // Node's client announces no body with DELETE and the like, and would have it read as the next request.
    const headers =
      body === null ? asked.headers : { ...asked.headers, 'content-length': String(body.length) };
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          method,
          path,
          headers,
          agent: this.#agent,
          timeout: timeoutMs,
        },
        (response) => {
          let text = '';
          const { statusCode: status = 0, headers: got } = response;
          const contentType = got['content-type'] ?? '';
          const requestId = String(got['x-openstack-request-id'] ?? '');
          const done = () => resolve({ status, contentType, requestId, text });
          const source = method === 'HEAD' ? response : decoded(response);
          source.on('data', (chunk: Buffer) => {
            if (text.length < textLengthMax) text += chunk.toString();
          });
          source.on('end', done);
          source.on('error', reject);
          response.on('error', reject);
          if (contentType.startsWith('text/event-stream')) {
            done();
            response.destroy();
          }
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
  }

  /** Sends bytes that may be no request and waits until the server has said what it wants and hung up. */
  sendBytes(bytes: Buffer): Promise<string> {
    return new Promise((resolve) => {
      let text = '';
      const socket = connect(this.#port, '127.0.0.1', () => socket.end(bytes));
      socket.setTimeout(timeoutMs, () => socket.destroy());
      socket.on('data', (chunk) => {
        if (text.length < textLengthMax) text += chunk.toString();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The body as it was before it was compressed. */
function decoded(response: IncomingMessage): Readable {
  switch (response.headers['content-encoding']) {
    case 'gzip':
      return response.pipe(createGunzip());
    case 'br':
      return response.pipe(createBrotliDecompress());
    case 'deflate':
      return response.pipe(createInflate());
    default:
      return response;
  }
}
