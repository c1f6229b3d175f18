import type { Response } from 'express';

/**
 * Headers of every answer against what browsers do with answers that were not made for them (OWASP REST Security
 * Cheat Sheet): nothing is guessed, framed, run, passed on or kept by caches in between. A page for people sets
 * its own `Content-Security-Policy`.
 */
export const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'private, no-cache',
} as const;

/** A year, for clients that came over TLS; null for others, where browsers would not heed it (RFC 6797, 7.2). */
export function transportSecurity(response: Response): string | null {
  return response.req.secure ? 'max-age=31536000' : null;
}
