import type { IncomingHttpHeaders } from 'node:http';
import { NotAuthenticated } from './problems.ts';
import { anonymous, type Subject } from './subject.ts';

/** Finds out who sends a request. One per process, chosen by the configuration. */
export interface Authenticator {
  /** What a client is told with 401, for `WWW-Authenticate` (RFC 9110, 11.6.1). */
  readonly challenge: string;
  /** True when everybody is anybody, so that nothing is worth hiding. */
  readonly open: boolean;
  /**
   * At once where nothing has to be asked. Throws or rejects with NotAuthenticated or AuthenticationUnavailable.
   */
  authenticate(headers: IncomingHttpHeaders): Subject | Promise<Subject>;
}

/** Mode `none`: everybody may do everything. */
export const noAuthentication: Authenticator = {
  challenge: '',
  open: true,
  authenticate: () => anonymous,
};

/** Longer credentials are not looked at, in characters. */
const credentialLengthMax = 12_000;

const bearer = /^Bearer +([\x21-\x7e]+)$/i;
const visible = /^[\x21-\x7e]+$/;

/**
 * The credential of a request: of `X-Auth-Token`, which Congress's client sends, or of `Authorization: Bearer`.
 * Null when there is neither. Throws NotAuthenticated when it is no credential at all.
 */
export function credentialOf(headers: IncomingHttpHeaders): string | null {
  const token = headers['x-auth-token'];
  if (token !== undefined) return checked(String(token));
  const { authorization } = headers;
  if (authorization === undefined) return null;
  return checked(bearer.exec(authorization)?.[1] ?? '');
}

function checked(credential: string): string {
  if (credential.length <= credentialLengthMax && visible.test(credential)) return credential;
  throw new NotAuthenticated('invalid');
}
