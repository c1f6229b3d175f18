import { z } from 'zod';
import { component } from '../schemas/component.ts';
import { checked, notAnObject } from './checked.ts';

/** For the document: a merge patch (RFC 7396) of a rule. `name` and `comment` are of any type. */
export const rulePatchSchema = component(
  'RulePatch',
  z.strictObject(
    {
      rule: z.string('`rule` must be a text').optional(),
      name: z.unknown().optional(),
      /** null: empty. */
      comment: z.unknown().optional(),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `cannot be changed: ${issue.keys.map((name) => `\`${name}\``).join(', ')}`
          : notAnObject,
    },
  ),
);

/** Throws BadRequest. */
export function rulePatchFrom(body: unknown): z.infer<typeof rulePatchSchema> {
  return checked(rulePatchSchema, body);
}
