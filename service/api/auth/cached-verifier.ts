import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { AuthenticationUnavailable, NotAuthenticated } from './problems.ts';
import type { Subject } from './subject.ts';

/** Checks one credential with whoever knows. Rejects with NotAuthenticated or AuthenticationUnavailable. */
export interface Verifier {
  verify(credential: string): Promise<Verified>;
}

export interface Verified {
  readonly subject: Subject;
  /** Epoch milliseconds; null when the credential does not say. */
  readonly expiresAtMs: number | null;
}

export interface CachedVerifierOptions {
  readonly inner: Verifier;
  readonly clock: Clock;
  /** How long a credential counts as valid without being checked again: the longest that a revoked one still works. */
  readonly freshMs: number;
  /** How long after its last check a known credential is still accepted while nobody can be asked. */
  readonly staleMs: number;
}

/** Credentials remembered; the least recently used go first. */
const credentialsMax = 10_000;
/** An invalid credential is refused without asking for this long: whoever repeats it costs nothing. */
const invalidMs = 10_000;
/** Checks under way; more have to wait for their turn elsewhere. */
const checksMax = 256;

interface Known {
  readonly checkedAtMs: number;
  /** Null: it was invalid. */
  readonly verified: Verified | null;
}

/**
 * Remembers what was found out about credentials, by their SHA-256 digests.
 * - Nothing is accepted past its own expiry.
 * - The same credential is checked once at a time, whoever sends it.
 * - While the service that knows does not answer, credentials that it has vouched for within `staleMs` go on
 *   working; all others are answered with 503.
 */
export class CachedVerifier {
  readonly #options: CachedVerifierOptions;
  readonly #known = new LRUCache<string, Known>({ max: credentialsMax });
  readonly #underWay = new Map<string, Promise<Subject>>();

  constructor(options: CachedVerifierOptions) {
    this.#options = options;
  }

  /** At once when it is known. Throws or rejects as a Verifier does. */
  check(credential: string): Subject | Promise<Subject> {
    const digest = createHash('sha256').update(credential).digest('base64');
    const known = this.#known.get(digest);
    if (known !== undefined) {
      const ageMs = this.#options.clock.monotonicMs() - known.checkedAtMs;
      if (known.verified === null && ageMs < invalidMs) throw new NotAuthenticated('invalid');
      if (known.verified !== null && ageMs < this.#options.freshMs) return this.#unexpired(known.verified);
    }
    const shared = this.#underWay.get(digest);
    if (shared !== undefined) return shared;
    if (this.#underWay.size >= checksMax) throw new AuthenticationUnavailable(1_000);
    const checking = this.#ask(credential, digest).finally(() => this.#underWay.delete(digest));
    this.#underWay.set(digest, checking);
    return checking;
  }

  async #ask(credential: string, digest: string): Promise<Subject> {
    const { inner, clock } = this.#options;
    const checkedAtMs = clock.monotonicMs();
    try {
      const verified = await inner.verify(credential);
      this.#known.set(digest, { checkedAtMs, verified });
      return this.#unexpired(verified);
    } catch (problem) {
      if (problem instanceof NotAuthenticated) this.#known.set(digest, { checkedAtMs, verified: null });
      if (problem instanceof AuthenticationUnavailable) return this.#stale(digest, problem);
      throw problem;
    }
  }

  #stale(digest: string, problem: AuthenticationUnavailable): Subject {
    const { clock, staleMs } = this.#options;
    const known = this.#known.get(digest);
    if (!known?.verified || clock.monotonicMs() - known.checkedAtMs > staleMs) throw problem;
    return this.#unexpired(known.verified);
  }

  #unexpired({ subject, expiresAtMs }: Verified): Subject {
    if (expiresAtMs !== null && expiresAtMs <= this.#options.clock.nowMs()) {
      throw new NotAuthenticated('invalid');
    }
    return subject;
  }
}
