import compression from 'compression';
import type { NextFunction, Request, Response } from 'express';
import { compressedBytesMin } from './api-limits.ts';

/** What is worth compressing; streams of events must not wait in a compressor. */
const compressible = /^(?:application\/json|text\/(?:html|css|javascript|plain))(?:;|$)/;

const compress = compression({
  threshold: compressedBytesMin,
  filter: (_, response) => compressible.test(String(response.getHeader('Content-Type') ?? '')),
});

/** Compresses answers for clients that say what they take; costs the others nothing. */
export function contentCoding(request: Request, response: Response, next: NextFunction): void {
  if (request.headers['accept-encoding'] === undefined) next();
  else compress(request, response, next);
}
