import { assert } from '../base/assert.ts';

/** A multiset of texts: each is there while it was added more often than removed. */
export class CountedSet {
  readonly #counts = new Map<string, number>();

  /** Answers the new count. */
  add(text: string): number {
    const count = (this.#counts.get(text) ?? 0) + 1;
    this.#counts.set(text, count);
    return count;
  }

  /** Answers the new count; 0 = gone. */
  remove(text: string): number {
    const count = (this.#counts.get(text) ?? 0) - 1;
    assert(count >= 0, 'what is removed from a counted set is in it');
    if (count === 0) this.#counts.delete(text);
    else this.#counts.set(text, count);
    return count;
  }

  has(text: string): boolean {
    return this.#counts.has(text);
  }

  get size(): number {
    return this.#counts.size;
  }

  /** Sorted by code unit. */
  sorted(): readonly string[] {
    return [...this.#counts.keys()].sort();
  }
}
