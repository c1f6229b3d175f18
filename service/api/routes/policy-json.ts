import type { JsonObject } from '../../base/json.ts';
import type { CreatedPolicy } from '../../policy/writes/create-policy.ts';
import type { PolicySummary } from '../../policy/writes/policy-summary.ts';

/** A policy as it is shown (reference 1.5). */
export function policyJson(policy: PolicySummary): JsonObject {
  const { id, name, abbreviation, description, ownerId, kind } = policy;
  return { id, name, abbreviation, description, owner_id: ownerId, kind };
}

/** A policy that came with its rules: they have no ids here, and are re-formatted. */
export function createdPolicyJson({ policy, rules }: CreatedPolicy): JsonObject {
  const shown = rules.map(({ printed, name, comment }) => ({ rule: printed, comment, name }));
  return { ...policyJson(policy), rules: shown };
}
