import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { type Authenticator, credentialOf } from './authenticator.ts';
import { NotAuthenticated } from './problems.ts';
import type { Subject } from './subject.ts';
import type { TokenSet } from './token-set.ts';

/** Mode `token`: static bearer tokens. The set may be replaced at any time; the next request sees the new one. */
export class TokenAuthenticator implements Authenticator {
  readonly challenge = 'Bearer realm="congress"';
  readonly open = false;
  readonly #clock: Clock;
  #tokens: TokenSet;

  constructor(options: { readonly tokens: TokenSet; readonly clock: Clock }) {
    this.#tokens = options.tokens;
    this.#clock = options.clock;
  }

  replace(tokens: TokenSet): void {
    this.#tokens = tokens;
  }

  authenticate(headers: IncomingHttpHeaders): Subject {
    const token = credentialOf(headers);
    if (token === null) throw new NotAuthenticated('missing');
    const subject = this.#tokens.find(token, this.#clock.nowMs());
    if (subject === null) throw new NotAuthenticated('invalid');
    return subject;
  }
}
