import { PolicyOfRuleNotFound, RuleNotFound } from '../problems.ts';
import type { Write } from '../write.ts';
import type { StoredText } from './stored-text.ts';

/**
 * Deletes a rule (Congress reference 1.6); answers it. Throws PolicyOfRuleNotFound, RuleNotFound; a data source
 * is a policy without rules here.
 */
export function deleteRule(policyIdOrName: string, ruleId: string): Write<StoredText> {
  return {
    name: 'delete-rule',
    plan(catalog) {
      const policy = catalog.policyByIdOrName(policyIdOrName);
      if (policy === undefined) {
        if (catalog.dataSourceInRules(policyIdOrName) === undefined) {
          throw new PolicyOfRuleNotFound(policyIdOrName);
        }
        throw new RuleNotFound({ ruleId, policyName: policyIdOrName });
      }
      const rule = catalog.rule(policy.id, ruleId);
      if (rule === undefined) throw new RuleNotFound({ ruleId, policyName: policy.name });
      const owner = { policyName: policy.name, rulesVersion: policy.rulesVersion };
      const { id, text, name, comment } = rule;
      return { changes: [{ kind: 'rule-deleted', rule, owner }], result: { id, text, name, comment } };
    },
  };
}
