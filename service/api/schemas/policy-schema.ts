import { z } from 'zod';
import { component, resultsOf } from './component.ts';

/** Answers about policies, rules and the library (reference 1.5, 1.6, 1.11). */

const kind = z.enum(['nonrecursive', 'action', 'database', 'materialized']);

const policyFields = {
  id: z.string(),
  name: z.string(),
  abbreviation: z.string(),
  description: z.string(),
  owner_id: z.string(),
  kind,
};

export const policySchema = component('Policy', z.strictObject(policyFields));
export const policiesSchema = component('Policies', resultsOf(policySchema));

/** `name` and `comment` of a rule are whatever was posted. */
const createdWithPolicy = z.strictObject({ rule: z.string(), comment: z.unknown(), name: z.unknown() });
export const createdPolicySchema = component(
  'CreatedPolicy',
  z.strictObject({ ...policyFields, rules: z.array(createdWithPolicy).optional() }),
);

/** Rules are as they were given, with members that mean nothing here. */
export const libraryPolicySchema = component(
  'LibraryPolicy',
  z.strictObject({
    id: z.string(),
    name: z.string(),
    abbreviation: z.string(),
    description: z.string(),
    kind: z.string(),
    rules: z.array(z.looseObject({ rule: z.string() })).optional(),
  }),
);
export const libraryPoliciesSchema = component('LibraryPolicies', resultsOf(libraryPolicySchema));

export const policyStatusSchema = component(
  'PolicyStatus',
  z.strictObject({ name: z.string(), id: z.string().optional() }),
);

export const ruleSchema = component(
  'Rule',
  z.strictObject({ id: z.string(), rule: z.string(), name: z.unknown(), comment: z.unknown() }),
);
export const rulesSchema = component('Rules', resultsOf(ruleSchema));

export const ruleStatusSchema = component(
  'RuleStatus',
  z.strictObject({
    name: z.unknown().optional(),
    id: z.string(),
    comment: z.unknown().optional(),
    original_str: z.string(),
  }),
);
