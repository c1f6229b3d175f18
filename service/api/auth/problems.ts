import { Problem } from '../../base/problem.ts';
import type { Role } from './subject.ts';

/** The request has no credentials, or none that are valid (401). The text never says which part was wrong. */
export class NotAuthenticated extends Problem {
  readonly code = 'not-authenticated';
  readonly kind = 'denied';

  constructor(reason: 'missing' | 'invalid') {
    super(
      reason === 'missing'
        ? 'The request you have made requires authentication.'
        : 'The credentials of the request are not valid.',
    );
  }
}

/** The sender is known and may not do this (403). */
export class NotAllowed extends Problem {
  readonly code = 'not-allowed';
  readonly kind = 'denied';
  readonly role: Role;

  constructor(role: Role, source: string | null) {
    const to = source === null || role !== 'pusher' ? '' : ` for data source \`${source}\``;
    super(`this needs the role \`${role}\`${to}`);
    this.role = role;
  }
}

/** Nobody can say now whether the credentials are valid: the service that knows does not answer (503). */
export class AuthenticationUnavailable extends Problem {
  readonly code = 'authentication-unavailable';
  readonly kind = 'unavailable';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number, options: { readonly cause?: unknown } = {}) {
    super('the service that checks credentials does not answer', options);
    this.retryAfterMs = retryAfterMs;
  }
}
