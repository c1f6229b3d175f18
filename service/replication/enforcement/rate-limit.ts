/** Tokens that come back steadily: at most so many in a minute, after a pause at once. */
export class RateLimit {
  #tokens = 0;
  #perMinute = 0;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** Whole tokens there now. A changed rate counts from now on. `nowMs` is monotonic. */
  available(perMinute: number, nowMs: number): number {
    if (perMinute !== this.#perMinute) {
      this.#tokens = this.#perMinute === 0 ? perMinute : Math.min(this.#tokens, perMinute);
      this.#perMinute = perMinute;
    } else {
      const grown = this.#tokens + ((nowMs - this.#atMs) * perMinute) / 60_000;
      this.#tokens = Math.min(perMinute, grown);
    }
    this.#atMs = nowMs;
    return Math.floor(this.#tokens);
  }

  take(count: number): void {
    this.#tokens = Math.max(0, this.#tokens - count);
  }
}
