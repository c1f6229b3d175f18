import type { Response } from 'express';
import type { Answer } from './answer.ts';
import type { ApiContext } from './api-context.ts';

export interface Sendable {
  readonly answer: Answer;
  readonly stale: boolean;
  readonly requestId: string;
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
  if (typeof answer.body === 'string') {
    sendWhole(response, answer.status, { headers, body: answer.body });
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

function commonHeaders(context: ApiContext, { answer, stale, requestId }: Sendable): Record<string, string> {
  const { replica } = context;
  const stalenessMs = replica.stalenessMs();
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'x-openstack-request-id': requestId,
    'Congress-Sequence': String(replica.applied()),
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
  const bytes = Buffer.from(content.body);
  response.writeHead(status, { ...content.headers, 'Content-Length': String(bytes.length) });
  response.end(bytes);
}

function sendRest(response: Response, pieces: Iterator<string>): void {
  if (response.destroyed) return;
  const piece = pieces.next();
  if (piece.done) {
    response.end();
    return;
  }
  const next = (): void => sendRest(response, pieces);
  if (response.write(piece.value)) setImmediate(next);
  else response.once('drain', next);
}
