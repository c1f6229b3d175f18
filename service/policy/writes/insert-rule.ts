import { admitRules, type NewRule, parsedOnce } from '../new-rules.ts';
import { PolicyOfRuleNotFound, RuleAlreadyExists, RulesNotPermitted } from '../problems.ts';
import type { Write } from '../write.ts';
import { type RuleSummary, ruleSummary } from './rule-summary.ts';

/**
 * Inserts one rule or fact into a policy, by its name or id (Congress reference 1.6); answers it. Checks in the
 * order of Congress: RulesNotPermitted, SyntaxProblem, EmptyRule, MultipleRules, PolicyOfRuleNotFound,
 * RuleRefused, RulesRecursive, RuleAlreadyExists; and EntityTooLarge.
 */
export function insertRule(wanted: NewRule & { readonly policy: string }): Write<RuleSummary> {
  const statementsOf = parsedOnce([wanted]);
  return {
    name: 'insert-rule',
    plan(catalog, at) {
      const policy = catalog.policyByIdOrName(wanted.policy);
      if (policy === undefined && catalog.dataSourceInRules(wanted.policy) !== undefined) {
        throw new RulesNotPermitted(wanted.policy);
      }
      const statements = statementsOf();
      if (policy === undefined) throw new PolicyOfRuleNotFound(wanted.policy);
      const firstCreatedAt = { sequence: at.sequence, ordinal: at.ordinal };
      const [rule] = admitRules(catalog, {
        policy,
        isNew: false,
        wanted: [wanted],
        statements,
        firstCreatedAt,
      });
      if (rule === undefined) throw new RuleAlreadyExists(policy.name);
      const owner = { policyName: policy.name, rulesVersion: policy.rulesVersion };
      return { changes: [{ kind: 'rule-inserted', rule, owner }], result: ruleSummary(rule) };
    },
  };
}
