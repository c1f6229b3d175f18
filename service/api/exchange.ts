import type { Request, Response } from 'express';
import type { Sequence } from '../base/ids.ts';
import { type AuditEntry, auditOutcome, auditWhat } from './audit.ts';
import type { Subject } from './auth/subject.ts';
import { canonicalPath } from './canonical-path.ts';
import type { Place } from './limits/load-shedder.ts';

/** What one request is, taken apart once. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly requestId: string;
  readonly path: string;
  readonly queryText: string;
  /** What has become of it so far. */
  readonly trail: Trail;
}

interface Trail {
  subject: Subject | null;
  /** Of a change that was made. */
  sequence: Sequence | null;
  /** Held until the answer. */
  readonly places: Place[];
  /** Something that changes something, if it is let in. */
  isWrite: boolean;
}

export function exchangeOf(request: Request, response: Response, requestId: string): Exchange {
  const [rawPath, queryText] = splitOnce(request.url, '?');
  return {
    request,
    response,
    requestId,
    path: canonicalPath(rawPath),
    queryText,
    trail: { subject: null, sequence: null, places: [], isWrite: false },
  };
}

/** Of the client; behind proxies that are trusted, of who asked the first of them. */
export function addressOf({ request }: Exchange): string {
  return request.ip ?? request.socket.remoteAddress ?? 'unknown';
}

/** The line of this request in the audit log; null when it is not worth one. */
export function auditEntryOf(
  exchange: Exchange,
  answered: { readonly route: string; readonly status: number; readonly location: string | undefined },
): AuditEntry | null {
  const { trail, request, path, queryText, requestId } = exchange;
  const { route, status, location } = answered;
  if (!trail.isWrite && status !== 401 && status !== 403) return null;
  return {
    subject: trail.subject?.id ?? null,
    from: addressOf(exchange),
    requestId,
    method: request.method,
    route,
    what: auditWhat(location === undefined ? path : location.replace(/^https?:\/\/[^/]*/, '')),
    action: new URLSearchParams(queryText).get('action')?.slice(0, 64) ?? null,
    sequence: trail.sequence,
    outcome: auditOutcome(status),
    status,
  };
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
