import { Problem } from '../../base/problem.ts';

/** This replica has more to do than it can (503): another one may have time, and so may this one in a moment. */
export class Overloaded extends Problem {
  readonly code = 'overloaded';
  readonly kind = 'unavailable';
  readonly retryAfterMs = 1_000;
}

/** One client asks too often (429). */
export class TooManyRequests extends Problem {
  readonly code = 'too-many-requests';
  readonly kind = 'exhausted';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('this client makes more requests than it may');
    this.retryAfterMs = retryAfterMs;
  }
}
