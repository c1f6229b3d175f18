import type { z } from 'zod';
import { BadRequest } from '../problems.ts';

/** The value as the schema has it. Throws BadRequest with the first thing that the schema has to say. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BadRequest(parsed.error.issues[0]?.message ?? 'the body does not fit');
}

/** Of bodies that are no objects. */
export const notAnObject = 'the body must be a JSON object';
