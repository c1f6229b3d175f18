import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { HttpClient } from './http-client.ts';
import { AuthenticationUnavailable } from './problems.ts';

export interface KeySetOptions {
  readonly url: string;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keys older than this are asked for again, beside the requests. */
const freshMs = 10 * 60_000;
/** While the issuer does not answer its last keys are good for this long. */
const staleMs = 24 * 3_600_000;
/** An unknown key makes us ask at most this often, whoever sends what. */
const cooldownMs = 30_000;
const timeoutMs = 3_000;

/**
 * The public keys of an issuer (JWKS, RFC 7517), kept and renewed. A key that is not known is looked for once in
 * `cooldownMs`, so that a rotation is seen at once; an issuer that does not answer takes nothing away.
 */
export class KeySet {
  readonly #options: KeySetOptions;
  #keys: { readonly find: JWTVerifyGetKey; readonly atMs: number } | null = null;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** For `jwtVerify`. Rejects with JWKSNoMatchingKey and others of jose, or AuthenticationUnavailable. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const nowMs = this.#options.clock.monotonicMs();
    const ageMs = this.#keys === null ? Number.POSITIVE_INFINITY : nowMs - this.#keys.atMs;
    if (ageMs > staleMs) await this.#ask();
    else if (ageMs > freshMs) void this.#ask();
    try {
      return await this.#known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#ask();
      return this.#known(header, token);
    }
  };

  async #known(...key: Parameters<JWTVerifyGetKey>): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
    const { clock } = this.#options;
    if (this.#keys === null || clock.monotonicMs() - this.#keys.atMs > staleMs) {
      throw new AuthenticationUnavailable(cooldownMs);
    }
    return this.#keys.find(...key);
  }

  /** Asks for the keys, unless that was done a moment ago. Never rejects: the old ones stay. */
  #ask(): Promise<void> {
    const { clock } = this.#options;
    const pauseMs = this.#keys === null ? timeoutMs : cooldownMs;
    if (this.#asking === null && clock.monotonicMs() - this.#askedAtMs >= pauseMs) {
      this.#askedAtMs = clock.monotonicMs();
      this.#asking = this.#fetch().finally(() => {
        this.#asking = null;
      });
    }
    return this.#asking ?? Promise.resolve();
  }

  async #fetch(): Promise<void> {
    const { http, url, clock, logger } = this.#options;
    try {
      const { status, text } = await http.send({ method: 'GET', url, timeoutMs });
      if (status !== 200) throw new Error(`status ${status}`);
      this.#keys = {
        find: createLocalJWKSet(JSON.parse(text) as JSONWebKeySet),
        atMs: clock.monotonicMs(),
      };
    } catch (error) {
      logger.warn('the keys of the token issuer cannot be read', { url, error });
    }
  }
}
