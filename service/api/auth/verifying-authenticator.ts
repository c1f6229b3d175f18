import type { IncomingHttpHeaders } from 'node:http';
import { type Authenticator, credentialOf } from './authenticator.ts';
import type { CachedVerifier } from './cached-verifier.ts';
import { NotAuthenticated } from './problems.ts';
import type { Subject } from './subject.ts';

export interface VerifyingAuthenticatorOptions {
  readonly challenge: string;
  /** Of `X-Auth-Token` or `Authorization: Bearer`. */
  readonly tokens: CachedVerifier;
  /** Of the claims header of a balancer, when there is one and the request has no token. */
  readonly claims?: CachedVerifier;
}

/** The claims that an Application Load Balancer adds after it has authenticated the sender itself. */
const claimsHeader = 'x-amzn-oidc-data';

/** Modes `jwt` and `keystone`: credentials that somebody else has issued. */
export class VerifyingAuthenticator implements Authenticator {
  readonly challenge: string;
  readonly open = false;
  readonly #options: VerifyingAuthenticatorOptions;

  constructor(options: VerifyingAuthenticatorOptions) {
    this.challenge = options.challenge;
    this.#options = options;
  }

  authenticate(headers: IncomingHttpHeaders): Subject | Promise<Subject> {
    const { tokens, claims } = this.#options;
    const token = credentialOf(headers);
    if (token !== null) return tokens.check(token);
    const claimed = headers[claimsHeader];
    if (claims !== undefined && claimed !== undefined) return claims.check(String(claimed));
    throw new NotAuthenticated('missing');
  }
}
