import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Random } from '../base/random.ts';
import type { Config } from './config.ts';

export interface HttpServerOptions {
  readonly listener: RequestListener;
  readonly config: Pick<
    Config,
    'keepAliveMs' | 'requestTimeoutMs' | 'headersTimeoutMs' | 'headerBytesMax' | 'connectionsMax'
  >;
  readonly random: Random;
}

/** How often Node looks for connections that are slower than they may be. */
const checkEveryMs = 2_000;
/** Header lines of one request; Node drops what is over. */
const headerLinesMax = 200;

/**
 * The HTTP server with limits on slow and broken clients. Idle connections stay open for longer than a
 * balancer keeps them, so that never this side closes one that the balancer is about to use.
 */
export function httpServer({ listener, config, random }: HttpServerOptions): Server {
  const { requestTimeoutMs, headersTimeoutMs } = config;
  const server = createServer(
    {
      maxHeaderSize: config.headerBytesMax,
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(requestTimeoutMs, headersTimeoutMs),
      connectionsCheckingInterval: Math.min(checkEveryMs, headersTimeoutMs),
      keepAliveTimeout: config.keepAliveMs,
    },
    listener,
  );
  server.maxHeadersCount = headerLinesMax;
  server.maxConnections = config.connectionsMax;
  // An expectation that we do not know is passed over (RFC 9110, 10.1.1); Node would answer 417 without a body.
  server.on('checkExpectation', listener);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, { socket, random }));
  return server;
}

/** What is no HTTP at all is answered in the error body of everything else. */
function refuse(
  error: NodeJS.ErrnoException,
  client: { readonly socket: Duplex; readonly random: Random },
): void {
  const { socket, random } = client;
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] = statusOf(error.code);
  const message = `${reason}::the request could not be read`;
  const body = `${JSON.stringify({ error: { message, error_code: status, error_data: null } })}\n`;
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `x-openstack-request-id: req-${random.uuid()}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function statusOf(code: string | undefined): readonly [number, string] {
  if (code === 'HPE_HEADER_OVERFLOW') return [431, 'Request Header Fields Too Large'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'Request Timeout'];
  return [400, 'Bad Request'];
}
