import type { Random } from '../../base/random.ts';
import type { StoreOperation } from '../store-observer.ts';
import { type Fault, type FaultPlan, noFault } from './faults.ts';

/** One ingredient: with what probability (0 to 1) a call of the operation meets the fault. */
export interface FaultChance {
  readonly operation: StoreOperation | 'every';
  readonly probability: number;
  readonly fault: Fault;
}

/**
 * Faults drawn from a seeded Random, for the simulator: one draw per call, so the same seed and the same calls
 * give the same faults. The chances that concern an operation are taken in order and add up to at most 1.
 */
export class RandomFaults implements FaultPlan {
  readonly #random: Random;
  #chances: readonly FaultChance[];

  constructor(options: { readonly random: Random; readonly chances: readonly FaultChance[] }) {
    this.#random = options.random;
    this.#chances = options.chances;
  }

  next(operation: StoreOperation): Fault {
    let drawn = this.#random.next();
    for (const chance of this.#chances) {
      if (chance.operation !== operation && chance.operation !== 'every') continue;
      if (drawn < chance.probability) return chance.fault;
      drawn -= chance.probability;
    }
    return noFault;
  }

  /** Ends all faults: the phase in which everything must converge. */
  heal(): void {
    this.#chances = [];
  }
}
