import { createHash } from 'node:crypto';

const BITS = 128n;
const MASK = (1n << BITS) - 1n;

/**
 * Order-independent digest of a multiset of texts: the sum, modulo 2^128, of the first 128 bits of each
 * text's SHA-256 (additive set hash; Bellare and Micciancio 1997). Adding and removing cost O(1), so the
 * catalog keeps its digest up to date with every change.
 */
export class SetDigest {
  #sum = 0n;

  add(text: string): void {
    this.#sum = (this.#sum + hash128(text)) & MASK;
  }

  remove(text: string): void {
    this.#sum = (this.#sum - hash128(text)) & MASK;
  }

  /** 32 hexadecimal digits; all zeros for the empty set. */
  toString(): string {
    return this.#sum.toString(16).padStart(32, '0');
  }
}

function hash128(text: string): bigint {
  return BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 32)}`);
}
