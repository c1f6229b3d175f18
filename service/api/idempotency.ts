import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { WriteOptions } from '../replication/replica-port.ts';
import { idempotencyKeyLengthMax } from './api-limits.ts';
import { anonymous } from './auth/subject.ts';
import type { WriteCall } from './endpoint.ts';
import { BadRequest } from './problems.ts';

const keyPattern = /^[\x21-\x7e]+$/;

/** The `Idempotency-Key` of a request, null without one. Throws BadRequest when it is not usable. */
export function idempotencyKey(headers: IncomingHttpHeaders): string | null {
  const header = headers['idempotency-key'];
  if (header === undefined) return null;
  const key = String(header);
  if (key.length <= idempotencyKeyLengthMax && keyPattern.test(key)) return key;
  throw new BadRequest(
    `Idempotency-Key must be 1 to ${idempotencyKeyLengthMax} visible ASCII characters without spaces`,
  );
}

/**
 * Options of the write that this request asks for, with who asks. The key is scoped by method, path and subject,
 * which are hashed so that its length stays bounded; the fingerprint covers query and body. So nobody gets an
 * answer that was meant for somebody else.
 */
export function writeOptions(call: WriteCall, body: string): WriteOptions {
  const { signal, author, onOutcome, idempotencyKey: key } = call;
  const options = { signal, author, onOutcome };
  if (key === null) return options;
  const by = author.subject === anonymous.id ? '' : `${author.subject} `;
  const scope = sha256(`${by}${call.method} ${call.path}`).slice(0, 32);
  return {
    ...options,
    idempotency: { key: `${scope}:${key}`, fingerprint: sha256(`${call.query.toString()}\n${body}`) },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
