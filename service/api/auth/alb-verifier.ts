import { decodeProtectedHeader, importSPKI, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { keysUrl } from './balancer-arn.ts';
import type { Verified, Verifier } from './cached-verifier.ts';
import { rolesIn } from './claims.ts';
import type { HttpClient } from './http-client.ts';
import { clockToleranceSeconds, refusingInvalid } from './jwt-verifier.ts';
import { AuthenticationUnavailable, NotAuthenticated } from './problems.ts';
import { grantsOf, type RoleMapping } from './role-mapping.ts';
import { subjectId } from './subject.ts';

export interface AlbVerifierOptions {
  /** ARNs of the balancers that are believed. */
  readonly signers: readonly string[];
  readonly rolesClaim: string;
  readonly mapping: RoleMapping;
  readonly http: HttpClient;
  readonly clock: Clock;
}

type PublicKey = Awaited<ReturnType<typeof importSPKI>>;

const keysMax = 100;
const timeoutMs = 3_000;
const keyIdPattern = /^[0-9a-zA-Z-]{1,64}$/;
/**
 * The claims header of an Application Load Balancer (AWS, "Authenticate users using an Application Load Balancer",
 * user claims encoding): a token signed with ES256 whose header names the balancer (`signer`) and the key
 * (`kid`); expiry stands in the header. Anybody can have a balancer sign, so the signer's ARN decides.
 */
export class AlbVerifier implements Verifier {
  readonly #options: AlbVerifierOptions;
  readonly #keys = new LRUCache<string, PublicKey>({ max: keysMax });

  constructor(options: AlbVerifierOptions) {
    this.#options = options;
  }

  async verify(credential: string): Promise<Verified> {
    const { signers, clock, mapping, rolesClaim } = this.#options;
    const { signer, kid, exp } = headerOf(credential);
    if (!signers.includes(signer)) throw new NotAuthenticated('invalid');
    if (exp + clockToleranceSeconds <= clock.nowMs() / 1_000) throw new NotAuthenticated('invalid');
    const { payload } = await refusingInvalid(
      jwtVerify(credential, await this.#key(signer, kid), {
        algorithms: ['ES256'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(clock.nowMs()),
      }),
    );
    if (typeof payload.sub !== 'string' || payload.sub === '') throw new NotAuthenticated('invalid');
    return {
      subject: { id: subjectId('alb', payload.sub), ...grantsOf(mapping, rolesIn(payload, rolesClaim)) },
      expiresAtMs: (exp + clockToleranceSeconds) * 1_000,
    };
  }

  async #key(signer: string, kid: string): Promise<PublicKey> {
    const url = `${keysUrl(signer)}/${kid}`;
    const known = this.#keys.get(url);
    if (known !== undefined) return known;
    const reply = await this.#options.http.send({ method: 'GET', url, timeoutMs }).catch((cause: unknown) => {
      throw new AuthenticationUnavailable(timeoutMs, { cause });
    });
    if (reply.status >= 400 && reply.status < 500) throw new NotAuthenticated('invalid');
    if (reply.status !== 200) throw new AuthenticationUnavailable(timeoutMs);
    const key = await importSPKI(reply.text, 'ES256').catch((cause: unknown) => {
      throw new AuthenticationUnavailable(timeoutMs, { cause });
    });
    this.#keys.set(url, key);
    return key;
  }
}

function headerOf(credential: string): {
  readonly signer: string;
  readonly kid: string;
  readonly exp: number;
} {
  try {
    const { signer, kid, exp } = decodeProtectedHeader(credential) as Record<string, unknown>;
    if (typeof signer === 'string' && typeof kid === 'string' && keyIdPattern.test(kid)) {
      if (typeof exp === 'number') return { signer, kid, exp };
    }
  } catch {
    // Falls through: no header, no credential.
  }
  throw new NotAuthenticated('invalid');
}
