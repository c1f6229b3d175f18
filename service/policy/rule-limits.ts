import type { PolicyId } from '../base/ids.ts';
import type { Catalog } from './catalog.ts';
import type { Change } from './change.ts';
import type { StoredRule } from './entities.ts';
import { PolicyFull, RuleTooLong } from './rule-limit-problems.ts';

export interface RuleLimits {
  readonly rulesPerPolicyMax: number;
  /** Of the text of one rule, in UTF-16 code units. */
  readonly ruleLengthMax: number;
}

/**
 * Checks what a write is about to store, whatever kind of write it is. `catalog` is as before the changes. A limit
 * that was lowered refuses new rules and leaves those that are there. Throws RuleTooLong, PolicyFull.
 */
export function checkRuleLimits(catalog: Catalog, changes: readonly Change[], limits: RuleLimits): void {
  const counts = new Map<PolicyId, number>();
  const count = (id: PolicyId, more: number): void => {
    const now = (counts.get(id) ?? catalog.ruleCount(id)) + more;
    counts.set(id, now);
    if (more > 0 && now > limits.rulesPerPolicyMax) throw new PolicyFull(limits.rulesPerPolicyMax);
  };
  for (const change of changes) {
    for (const { text } of rulesStored(change)) {
      if (text.length > limits.ruleLengthMax) throw new RuleTooLong(limits.ruleLengthMax);
    }
    if (change.kind === 'policy-deleted') counts.set(change.policy.id, 0);
    if (change.kind === 'policy-created') count(change.policy.id, change.rules.length);
    if (change.kind === 'rule-inserted') count(change.rule.policyId, 1);
    if (change.kind === 'rule-deleted') count(change.rule.policyId, -1);
  }
}

function rulesStored(change: Change): readonly StoredRule[] {
  if (change.kind === 'policy-deleted' || change.kind === 'rule-deleted') return [];
  if ('rule' in change) return [change.rule];
  return 'rules' in change ? change.rules : [];
}
