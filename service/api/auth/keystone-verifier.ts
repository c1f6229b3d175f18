import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Verified, Verifier } from './cached-verifier.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { HttpClient, HttpReply } from './http-client.ts';
import { AuthenticationUnavailable, NotAuthenticated } from './problems.ts';
import { grantsOf, type RoleMapping } from './role-mapping.ts';
import { subjectId } from './subject.ts';

export interface KeystoneVerifierOptions {
  /** Of the identity service, without `/v3` and without a trailing slash. */
  readonly url: string;
  /**
   * Application credential of this service, which must be allowed to validate tokens (role `service`). Null: each
   * token vouches for itself, which Keystone allows by default.
   */
  readonly credential: { readonly id: string; readonly secret: string } | null;
  readonly mapping: RoleMapping;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

const timeoutMs = 3_000;
/** Our own token is renewed this long before it expires. */
const renewBeforeMs = 60_000;
const breaker = { failuresMax: 5, pauseMs: 5_000 };

const replySchema = z.object({
  token: z.object({
    expires_at: z.string().nullable().optional(),
    user: z.object({ id: z.string().min(1) }),
    roles: z.array(z.object({ name: z.string() })).optional(),
  }),
});

const ownReplySchema = z.object({ token: z.object({ expires_at: z.string() }) });

/**
 * Tokens of a Keystone v3 (Identity API, "Validate and show information for token"): asked with `GET
 * /v3/auth/tokens`, the token in `X-Subject-Token`. A Keystone that does not answer is not asked by every
 * request: see {@link CircuitBreaker}.
 */
export class KeystoneVerifier implements Verifier {
  readonly #options: KeystoneVerifierOptions;
  readonly #breaker: CircuitBreaker;
  #own: { readonly token: string; readonly expiresAtMs: number } | null = null;
  #renewing: Promise<string> | null = null;

  constructor(options: KeystoneVerifierOptions) {
    this.#options = options;
    this.#breaker = new CircuitBreaker({ ...breaker, clock: options.clock });
  }

  async verify(credential: string): Promise<Verified> {
    const waitMs = this.#breaker.enter();
    if (waitMs > 0) throw new AuthenticationUnavailable(waitMs);
    try {
      const reply = await this.#ask(credential);
      const verified = this.#read(reply);
      this.#breaker.succeeded();
      return verified;
    } catch (error) {
      if (error instanceof NotAuthenticated) {
        this.#breaker.succeeded();
        throw error;
      }
      this.#breaker.failed();
      this.#options.logger.warn('keystone does not validate tokens', { error });
      throw new AuthenticationUnavailable(breaker.pauseMs, { cause: error });
    }
  }

  /** A token of our own may have been revoked before its time: then once more with a new one. */
  async #ask(credential: string): Promise<HttpReply> {
    if (this.#options.credential === null) return this.#validate(credential, credential);
    const reply = await this.#validate(await this.#ownToken(), credential);
    if (reply.status !== 401) return reply;
    this.#own = null;
    return this.#validate(await this.#ownToken(), credential);
  }

  #validate(own: string, credential: string): Promise<HttpReply> {
    const { http, url } = this.#options;
    return http.send({
      method: 'GET',
      url: `${url}/v3/auth/tokens?nocatalog`,
      headers: { 'X-Auth-Token': own, 'X-Subject-Token': credential, Accept: 'application/json' },
      timeoutMs,
    });
  }

  #read({ status, text }: HttpReply): Verified {
    const { credential, mapping } = this.#options;
    const refusals = credential === null ? [400, 401, 403, 404] : [400, 404];
    if (refusals.includes(status)) throw new NotAuthenticated('invalid');
    if (status !== 200) throw new Error(`status ${status}`);
    const { token } = replySchema.parse(JSON.parse(text));
    const roles = (token.roles ?? []).map(({ name }) => name);
    return {
      subject: { id: subjectId('keystone', token.user.id), ...grantsOf(mapping, roles) },
      expiresAtMs: token.expires_at == null ? null : timeOf(token.expires_at),
    };
  }

  #ownToken(): Promise<string> {
    const { clock } = this.#options;
    if (this.#own !== null && this.#own.expiresAtMs - renewBeforeMs > clock.nowMs()) {
      return Promise.resolve(this.#own.token);
    }
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew(): Promise<string> {
    const { http, url, credential } = this.#options;
    const identity = { methods: ['application_credential'], application_credential: credential };
    const reply = await http.send({
      method: 'POST',
      url: `${url}/v3/auth/tokens?nocatalog`,
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ auth: { identity } }),
      timeoutMs,
    });
    const token = reply.headers.get('x-subject-token');
    if (reply.status !== 201 || token === undefined) {
      throw new Error(`our own application credential was refused: status ${reply.status}`);
    }
    const { expires_at } = ownReplySchema.parse(JSON.parse(reply.text)).token;
    this.#own = { token, expiresAtMs: timeOf(expires_at) };
    return token;
  }
}

function timeOf(text: string): number {
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) throw new Error('a time of expiry is no time');
  return atMs;
}
