import { errors, jwtVerify } from 'jose';
import type { Clock } from '../../base/clock.ts';
import type { Verified, Verifier } from './cached-verifier.ts';
import { rolesIn } from './claims.ts';
import type { KeySet } from './key-set.ts';
import { NotAuthenticated } from './problems.ts';
import { grantsOf, type RoleMapping } from './role-mapping.ts';
import { subjectId } from './subject.ts';

export interface JwtVerifierOptions {
  readonly keys: Pick<KeySet, 'find'>;
  readonly issuer: string;
  readonly audience: string;
  /** The only ones that are accepted, all of them asymmetric. */
  readonly algorithms: readonly string[];
  /** See {@link rolesIn}. */
  readonly rolesClaim: string;
  readonly mapping: RoleMapping;
  readonly clock: Clock;
}

/** How far the clock of the issuer may be from ours. */
export const clockToleranceSeconds = 30;

/**
 * Signed JSON web tokens (RFC 7519, RFC 8725): signature by a key of the issuer, algorithm, issuer, audience, expiry
 * and not-before. Tokens without subject or expiry are refused.
 */
export class JwtVerifier implements Verifier {
  readonly #options: JwtVerifierOptions;

  constructor(options: JwtVerifierOptions) {
    this.#options = options;
  }

  async verify(credential: string): Promise<Verified> {
    const { keys, issuer, audience, algorithms, rolesClaim, mapping, clock } = this.#options;
    const { payload } = await refusingInvalid(
      jwtVerify(credential, keys.find, {
        issuer,
        audience,
        algorithms: [...algorithms],
        requiredClaims: ['sub', 'exp'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(clock.nowMs()),
      }),
    );
    return {
      subject: {
        id: subjectId('jwt', payload.sub ?? ''),
        ...grantsOf(mapping, rolesIn(payload, rolesClaim)),
      },
      expiresAtMs: ((payload.exp ?? 0) + clockToleranceSeconds) * 1_000,
    };
  }
}

/** What jose says about a token, as NotAuthenticated; everything else goes on. */
export async function refusingInvalid<Result>(verifying: Promise<Result>): Promise<Result> {
  try {
    return await verifying;
  } catch (error) {
    throw error instanceof errors.JOSEError ? new NotAuthenticated('invalid') : error;
  }
}
