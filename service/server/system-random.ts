import { randomUUID } from 'node:crypto';
import type { Random } from '../base/random.ts';

/** Ids come from the cryptographic generator; jitter needs no more than `Math.random`. */
export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => randomUUID(),
};
