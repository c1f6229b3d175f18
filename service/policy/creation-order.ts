import { assert } from '../base/assert.ts';
import type { CreatedAt } from './entities.ts';

interface Created {
  readonly createdAt: CreatedAt;
}

/**
 * Entities in order of creation, the order of every list that is answered. `createdAt` is unique within the
 * list. Finding costs O(log n), adding at the end O(1); elsewhere the tail moves by one, in one block.
 */
export class CreationOrdered<Entity extends Created> {
  readonly #entities: Entity[] = [];

  add(entity: Entity): void {
    const at = this.#firstAtOrAfter(entity.createdAt);
    const there = this.#entities[at];
    assert(
      there === undefined || compareCreation(there.createdAt, entity.createdAt) !== 0,
      'two entities have different positions of creation',
    );
    if (at === this.#entities.length) this.#entities.push(entity);
    else this.#entities.splice(at, 0, entity);
  }

  /** The entity created at this position goes. */
  remove(createdAt: CreatedAt): void {
    const at = this.#firstAtOrAfter(createdAt);
    const there = this.#entities[at];
    assert(
      there !== undefined && compareCreation(there.createdAt, createdAt) === 0,
      'what is removed was there',
    );
    if (at === this.#entities.length - 1) this.#entities.pop();
    else this.#entities.splice(at, 1);
  }

  /** The first one created after this position. */
  firstAfter(createdAt: CreatedAt): Entity | undefined {
    return this.#entities[this.#firstAtOrAfter({ ...createdAt, ordinal: createdAt.ordinal + 1 })];
  }

  /** Not a copy: valid until the next change. */
  list(): readonly Entity[] {
    return this.#entities;
  }

  get size(): number {
    return this.#entities.length;
  }

  #firstAtOrAfter(createdAt: CreatedAt): number {
    let low = 0;
    let high = this.#entities.length;
    const last = this.#entities[high - 1];
    if (last === undefined || compareCreation(last.createdAt, createdAt) < 0) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.#entities[middle];
      if (there !== undefined && compareCreation(there.createdAt, createdAt) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Negative when `left` was created before `right`. */
export function compareCreation(left: CreatedAt, right: CreatedAt): number {
  return left.sequence - right.sequence || left.ordinal - right.ordinal;
}
