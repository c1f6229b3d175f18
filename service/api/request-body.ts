import type { IncomingMessage } from 'node:http';
import { JsonSyntaxError, readJson, readLosslessJson } from './json-reader.ts';
import type { LoadShedder } from './limits/load-shedder.ts';
import { BodyTooLarge, RequestAborted, WireError } from './problems.ts';

/**
 * The body as text, after the checks of reference 1.1: content type, charset, size. What does not fit is not
 * kept. Throws WireError (400), BodyTooLarge (413), Overloaded (503) and RequestAborted.
 */
export async function bodyText(request: IncomingMessage, limits: BodyLimits): Promise<string> {
  checkContentType(request.headers['content-type'], limits.mediaType ?? 'application/json');
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limits.bytesMax) throw new BodyTooLarge(limits.bytesMax);
  const bytes = await collect(request, limits);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unparsable('the body is not valid UTF-8');
  }
}

export interface BodyLimits {
  readonly bytesMax: number;
  /** `application/json` when absent. */
  readonly mediaType?: string | undefined;
  /** Counts the bytes of all bodies that are being read; refuses by throwing. */
  readonly held: Pick<LoadShedder, 'holdBytes' | 'letGoBytes'>;
}

/** A JSON body. Throws WireError with the wording of Congress (reference 1.1). */
export function parseBody(text: string): unknown {
  return parsed(text, readJson);
}

/** A JSON body that holds rows: integers as bigint, floats as number. Throws WireError. */
export function parseRowsBody(text: string): unknown {
  return parsed(text, readLosslessJson);
}

function parsed(text: string, read: (text: string) => unknown): unknown {
  try {
    const value = read(text);
    // Only an escape can bring one: the bytes were UTF-8.
    if (/\\u[dD][89a-fA-F]/.test(text) && hasHalfCharacter(value)) {
      throw unparsable('a text has half of a surrogate pair');
    }
    return value;
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unparsable(error.message);
    throw error;
  }
}

/**
 * Whether a text or a name in the value has a surrogate alone: it has no UTF-8, so the store would keep something
 * else than what was answered, and replicas would differ.
 */
function hasHalfCharacter(value: unknown): boolean {
  if (typeof value === 'string') return /[\ud800-\udfff]/u.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value)
    ? value.some(hasHalfCharacter)
    : Object.entries(value).some(([name, member]) => hasHalfCharacter(name) || hasHalfCharacter(member));
}

function unparsable(reason: string): WireError {
  return new WireError(`Failed to parse body as application/json: ${reason}`, { status: 400 });
}

/** Media type of a merge patch (RFC 7396). */
export const mergePatchType = 'application/merge-patch+json';

/** The media type that a request says, lower case, without parameters; '' when it says none. */
export function mediaTypeOf(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function checkContentType(header: string | undefined, mediaType: string): void {
  if (header === undefined || header.trim() === '') return;
  const [, ...parameters] = header.split(';').map((part) => part.trim());
  if (mediaTypeOf(header) !== mediaType) {
    throw new WireError(`Unsupported Content-Type; must be '${mediaType}'`, { status: 400 });
  }
  const charset = parameters
    .map((parameter) => /^charset\s*=\s*"?([^"]*)"?$/i.exec(parameter)?.[1])
    .find(Boolean);
  if (charset !== undefined && charset.toLowerCase().replaceAll('-', '') !== 'utf8') {
    throw new WireError("Unsupported charset: must be 'UTF-8'", { status: 400 });
  }
}

async function collect(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const { held } = limits;
  const read = { bytes: 0 };
  try {
    return await chunksOf(request, (chunk) => {
      if (read.bytes + chunk.length > limits.bytesMax) throw new BodyTooLarge(limits.bytesMax);
      held.holdBytes(chunk.length);
      read.bytes += chunk.length;
    });
  } finally {
    held.letGoBytes(read.bytes);
  }
}

/** `take` may refuse a chunk by throwing; the rest is read and dropped, so that the client gets to see the answer. */
function chunksOf(request: IncomingMessage, take: (chunk: Buffer) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let refused = false;
    request.on('data', (chunk: Buffer) => {
      if (refused) return;
      try {
        take(chunk);
        chunks.push(chunk);
      } catch (problem) {
        refused = true;
        chunks.length = 0;
        reject(problem);
      }
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', () => reject(new RequestAborted()));
    request.on('close', () => reject(new RequestAborted()));
  });
}
