import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Random } from '../base/random.ts';
import type { Config } from './config.ts';

export interface HttpServerOptions {
  readonly listener: RequestListener;
  readonly config: Pick<Config, 'keepAliveMs' | 'requestTimeoutMs'>;
  readonly random: Random;
}

/**
 * The HTTP server with limits on slow and broken clients. Idle connections stay open for longer than a
 * balancer keeps them, so that never this side closes one that the balancer is about to use.
 */
export function httpServer({ listener, config, random }: HttpServerOptions): Server {
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: config.requestTimeoutMs }, listener);
  server.keepAliveTimeout = config.keepAliveMs;
  server.headersTimeout = Math.min(config.requestTimeoutMs, headersTimeoutMs);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, { socket, random }));
  return server;
}

/** How long a client may take to send the header lines of one request. */
const headersTimeoutMs = 60_000;

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
