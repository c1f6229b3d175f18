import type { IncomingMessage } from 'node:http';
import { JsonSyntaxError, readJson, readLosslessJson } from './json-reader.ts';
import { BodyTooLarge, RequestAborted, WireError } from './problems.ts';

/**
 * The body as text, after the checks of reference 1.1: content type, charset, size. What does not fit is not
 * kept. Throws WireError (400), BodyTooLarge (413) and RequestAborted.
 */
export async function bodyText(request: IncomingMessage, bytesMax: number): Promise<string> {
  checkContentType(request.headers['content-type']);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bytesMax) throw new BodyTooLarge(bytesMax);
  const bytes = await collect(request, bytesMax);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unparsable('the body is not valid UTF-8');
  }
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
    return read(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unparsable(error.message);
    throw error;
  }
}

function unparsable(reason: string): WireError {
  return new WireError(`Failed to parse body as application/json: ${reason}`, { status: 400 });
}

function checkContentType(header: string | undefined): void {
  if (header === undefined || header.trim() === '') return;
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim());
  if (type.toLowerCase() !== 'application/json') {
    throw new WireError("Unsupported Content-Type; must be 'application/json'", { status: 400 });
  }
  const charset = parameters
    .map((parameter) => /^charset\s*=\s*"?([^"]*)"?$/i.exec(parameter)?.[1])
    .find(Boolean);
  if (charset !== undefined && charset.toLowerCase().replaceAll('-', '') !== 'utf8') {
    throw new WireError("Unsupported charset: must be 'UTF-8'", { status: 400 });
  }
}

function collect(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
      else {
        // The rest is read and dropped, so that the client gets to see the answer.
        chunks.length = 0;
        reject(new BodyTooLarge(bytesMax));
      }
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', () => reject(new RequestAborted()));
    request.on('close', () => reject(new RequestAborted()));
  });
}
