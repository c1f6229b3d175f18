import { type Mutation, mutations } from './mutations.ts';
import { planOf } from './plan.ts';
import { simulate } from './simulation.ts';

/** Within so many seeds every mechanism must be missed. */
const seedsMax = 1_000;

export interface ProofLine {
  readonly mechanism: string;
  /** The first seed that breaks a promise without it; null when none does. */
  readonly seed: number | null;
  readonly wrong: string;
}

/** For each safety mechanism: how many seeds it takes until a promise breaks without it. */
export async function* mutationProof(): AsyncGenerator<ProofLine> {
  for (const mutation of mutations) yield missed(mutation);
}

async function missed(mutation: Mutation): Promise<ProofLine> {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const { wrong } = await simulate(planOf(seed), { mutation });
    if (wrong.length > 0) return { mechanism: mutation.name, seed, wrong: wrong[0]! };
  }
  return { mechanism: mutation.name, seed: null, wrong: '' };
}
