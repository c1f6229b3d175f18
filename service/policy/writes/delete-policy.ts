import { PolicyNotFound, SystemPolicyUndeletable } from '../problems.ts';
import type { Write } from '../write.ts';
import { type PolicySummary, policySummary } from './policy-summary.ts';
import { systemPolicyNames } from './system-policies.ts';

/**
 * Deletes a policy with its rules; rules of others that refer to it stay and see empty tables (Congress
 * reference 1.5). Answers the deleted policy. Throws PolicyNotFound, SystemPolicyUndeletable.
 */
export function deletePolicy(idOrName: string): Write<PolicySummary> {
  return {
    name: 'delete-policy',
    plan(catalog) {
      const policy = catalog.policyByIdOrName(idOrName);
      if (policy === undefined) throw new PolicyNotFound(idOrName);
      if (systemPolicyNames.has(policy.name)) throw new SystemPolicyUndeletable(policy.name);
      const rules = [...catalog.rules(policy.id)];
      return { changes: [{ kind: 'policy-deleted', policy, rules }], result: policySummary(policy) };
    },
  };
}
