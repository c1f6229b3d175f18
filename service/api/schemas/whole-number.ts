import { z } from 'zod';

/** A query parameter or header: the decimal digits of a whole number from 0. `name`: as messages call it. */
export function wholeNumber(name: string) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `\`${name}\` must be a whole number from 0`)
    .transform(Number);
}
