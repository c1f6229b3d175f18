import type { Response } from 'express';
import type { Sequence } from '../base/ids.ts';
import type { Answer } from './answer.ts';
import type { ApiContext } from './api-context.ts';
import { securityHeaders, transportSecurity } from './security-headers.ts';

export interface Sendable {
  readonly answer: Answer;
  readonly stale: boolean;
  readonly requestId: string;
  /** At which the answer was made. */
  readonly sequence: Sequence;
}

/**
 * Sends an answer with the headers that all of them have: `Congress-Sequence` and `Congress-Staleness-Ms`
 * (docs/ARCHITECTURE.md, "What a reader sees"), the request id, and `Connection: close` while draining. Long
 * answers go out piece by piece, each in a turn of its own; the sequence is the one at which they were made.
 */
export function sendAnswer(context: ApiContext, response: Response, sendable: Sendable): void {
  if (response.destroyed || response.headersSent) return;
  const { answer } = sendable;
  const headers = commonHeaders(context, sendable);
  const transport = transportSecurity(response);
  if (transport !== null) headers['Strict-Transport-Security'] = transport;
  if (typeof answer.body === 'string') {
    sendWhole(response, answer.status, { headers, body: answer.body });
    return;
  }
  if (Symbol.asyncIterator in answer.body) {
    response.writeHead(answer.status, headers);
    if (response.req.method === 'HEAD') response.end();
    else void sendAsItComes(response, answer.body);
    return;
  }
  const pieces = answer.body[Symbol.iterator]();
  const first = pieces.next();
  const second = first.done ? first : pieces.next();
  if (first.done || second.done) {
    const body = first.done ? '' : first.value;
    sendWhole(response, answer.status, { headers, body });
    return;
  }
  response.writeHead(answer.status, headers);
  response.write(first.value);
  response.write(second.value);
  sendRest(response, pieces);
}

function commonHeaders(
  context: ApiContext,
  { answer, stale, requestId, sequence }: Sendable,
): Record<string, string> {
  const { replica } = context;
  const stalenessMs = replica.stalenessMs();
  const headers: Record<string, string> = {
    ...securityHeaders,
    'Content-Type': 'application/json',
    'x-openstack-request-id': requestId,
    'Congress-Sequence': String(sequence),
    'Congress-Staleness-Ms': stalenessMs === null ? 'unknown' : String(Math.round(stalenessMs)),
    ...answer.headers,
  };
  if (stale) headers['Congress-Stale'] = 'true';
  if (context.isDraining()) headers.Connection = 'close';
  return headers;
}

function sendWhole(
  response: Response,
  status: number,
  content: { readonly headers: Record<string, string>; readonly body: string },
): void {
  if (status === 304) {
    const { 'Content-Type': _, ...headers } = content.headers;
    response.writeHead(status, headers).end();
    return;
  }
  const bytes = Buffer.from(content.body);
  response.writeHead(status, { ...content.headers, 'Content-Length': String(bytes.length) });
  response.end(bytes);
}

/**
 * One piece at a time is held, besides what the socket takes: a client that does not read stops the source, and is
 * cut off when it has read nothing for too long.
 */
async function sendAsItComes(response: Response, pieces: AsyncIterable<string>): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (response.destroyed) return;
      if (!response.write(piece)) await drained(response);
    }
    response.end();
  } catch {
    // The source knows why; the client sees that the answer is cut off.
    response.destroy();
  }
}

function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.setTimeout(0);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.setTimeout(stalledMs, () => response.destroy());
    response.once('drain', done).once('close', done);
  });
}

/** How long a client may leave a stream unread. */
const stalledMs = 30_000;

/** One listener for the whole answer: behind a compressor, listeners that come and go would pile up. */
function sendRest(response: Response, pieces: Iterator<string>): void {
  let isFull = false;
  const next = (): void => {
    if (response.destroyed) return;
    const piece = pieces.next();
    if (piece.done) response.end();
    else if (response.write(piece.value)) setImmediate(next);
    else isFull = true;
  };
  response.on('drain', () => {
    if (!isFull) return;
    isFull = false;
    next();
  });
  next();
}
