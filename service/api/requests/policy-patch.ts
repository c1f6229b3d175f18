import { z } from 'zod';
import type { Policy } from '../../policy/entities.ts';
import { congressErrors } from '../congress-errors.ts';
import { plainCongressError } from '../errors.ts';
import { component } from '../schemas/component.ts';
import { checked, notAnObject } from './checked.ts';
import { policyWithRulesSchema } from './policy-with-rules.ts';

const rules = policyWithRulesSchema.shape.rules;

/** For the document: a merge patch (RFC 7396) of a policy. */
export const policyPatchSchema = component(
  'PolicyPatch',
  z.strictObject(
    {
      name: z.string('`name` must be a text').optional(),
      /** null: empty. */
      description: z.string('`description` must be a text').max(4_096).nullish(),
      /** null: the first five characters of the name. */
      abbreviation: z.string('`abbreviation` must be a text').min(1).max(5).nullish(),
      /** Only the kind that it has. */
      kind: z.string('`kind` must be a text').optional(),
      /** All rules from now on. */
      rules: rules.optional(),
    },
    { error: (issue) => (issue.code === 'unrecognized_keys' ? unknownMembers(issue.keys) : notAnObject) },
  ),
);

export type PolicyPatch = z.infer<typeof policyPatchSchema>;

/** Throws BadRequest. */
export function policyPatchFrom(body: unknown): PolicyPatch {
  return checked(policyPatchSchema, body);
}

/** A policy keeps its kind (reference 1.3, error 1013). Throws WireError. */
export function checkKindStays(kind: string | undefined, policy: Policy): void {
  if (kind === undefined || kind.toLowerCase() === policy.kind) return;
  throw plainCongressError(congressErrors.policyKindFixed);
}

function unknownMembers(names: readonly string[]): string {
  return `cannot be changed: ${names.map((name) => `\`${name}\``).join(', ')}`;
}
