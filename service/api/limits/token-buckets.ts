import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';

export interface TokenBucketsOptions {
  readonly clock: Clock;
  /** Requests that a client may make per second in the long run; 0 = as many as it likes. */
  readonly perSecond: number;
  /** Requests that a client may make at once after a pause. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Clients remembered; a forgotten one begins with a full bucket. */
const clientsMax = 50_000;

/**
 * Token buckets, one per client: each holds at most `burst` tokens, `perSecond` are added every second, a request
 * takes one. What happens costs the same for a client that is known and one that is not.
 */
export class TokenBuckets {
  readonly #options: TokenBucketsOptions;
  readonly #buckets = new LRUCache<string, Bucket>({ max: clientsMax });

  constructor(options: TokenBucketsOptions) {
    this.#options = options;
  }

  /**
   * Takes `cost` tokens, also from a bucket that has fewer: it then stays empty for longer. Milliseconds until the
   * client may try again, 0 when it may go on.
   */
  take(client: string, cost = 1): number {
    const { perSecond, burst } = this.#options;
    if (perSecond === 0) return 0;
    const bucket = this.#bucketOf(client);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / perSecond) * 1_000);
    bucket.tokens = Math.max(bucket.tokens - cost, -burst);
    return 0;
  }

  /** As `take`, without taking. */
  peek(client: string): number {
    return this.take(client, 0);
  }

  #bucketOf(client: string): Bucket {
    const { clock, perSecond, burst } = this.#options;
    const nowMs = clock.monotonicMs();
    const bucket = this.#buckets.get(client);
    if (bucket === undefined) {
      const full = { tokens: burst, atMs: nowMs };
      this.#buckets.set(client, full);
      return full;
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * perSecond);
    bucket.atMs = nowMs;
    return bucket;
  }
}
