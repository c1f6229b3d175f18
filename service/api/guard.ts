import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from './access.ts';
import type { Authenticator } from './auth/authenticator.ts';
import { NotAllowed, NotAuthenticated } from './auth/problems.ts';
import { allows, type Subject } from './auth/subject.ts';
import { TooManyRequests } from './limits/problems.ts';
import type { TokenBuckets } from './limits/token-buckets.ts';

export interface GuardOptions {
  readonly authenticator: Authenticator;
  readonly buckets: TokenBuckets;
}

/** What a request wants, as far as letting it in is concerned. */
export interface Wish {
  readonly headers: IncomingHttpHeaders;
  /** Where it comes from. */
  readonly address: string;
  readonly access: Access;
  /** Name of the data source that the path leads to; null when it leads to none. Asked for pushers only. */
  readonly source: () => string | null;
  /** Told who asks, as soon as that is known. */
  readonly identified: (subject: Subject) => void;
}

/** A refused credential counts as this many requests of its address. */
const refusedCost = 10;

/**
 * Lets requests in: who is it, is it not too often, is it allowed. Clients are counted by subject, or by address
 * where there are no subjects; who sends wrong credentials is counted by address before they are looked at.
 */
export class Guard {
  readonly #options: GuardOptions;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  get challenge(): string {
    return this.#options.authenticator.challenge;
  }

  /** Throws or rejects with NotAuthenticated, NotAllowed, TooManyRequests or AuthenticationUnavailable. */
  admit(wish: Wish): Subject | Promise<Subject> {
    const { authenticator, buckets } = this.#options;
    if (!authenticator.open) refuseIf(buckets.peek(wish.address));
    try {
      const subject = authenticator.authenticate(wish.headers);
      if (!(subject instanceof Promise)) return this.#checked(subject, wish);
      return subject.then(
        (found) => this.#checked(found, wish),
        (problem: unknown) => this.#refused(problem, wish),
      );
    } catch (problem) {
      return this.#refused(problem, wish);
    }
  }

  /** Who asks where anybody may; null when that is nobody in particular. Never throws or rejects. */
  identify(headers: IncomingHttpHeaders): Subject | null | Promise<Subject | null> {
    try {
      const subject = this.#options.authenticator.authenticate(headers);
      return subject instanceof Promise ? subject.catch(() => null) : subject;
    } catch {
      return null;
    }
  }

  #checked(subject: Subject, wish: Wish): Subject {
    const { authenticator, buckets } = this.#options;
    wish.identified(subject);
    refuseIf(buckets.take(authenticator.open ? wish.address : subject.id));
    const { access } = wish;
    const source = access === 'pusher' ? wish.source() : null;
    if (access !== 'public' && !allows(subject, access, source)) throw new NotAllowed(access, source);
    return subject;
  }

  #refused(problem: unknown, wish: Wish): never {
    if (problem instanceof NotAuthenticated) this.#options.buckets.take(wish.address, refusedCost);
    throw problem;
  }
}

function refuseIf(waitMs: number): void {
  if (waitMs > 0) throw new TooManyRequests(waitMs);
}
