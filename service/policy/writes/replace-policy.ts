import { entityBytesMax } from '../../base/limits.ts';
import { asIf } from '../as-if.ts';
import type { Catalog } from '../catalog.ts';
import type { Change } from '../change.ts';
import type { Policy, StoredRule } from '../entities.ts';
import { policyToEntity } from '../entity-json.ts';
import { entityBytes } from '../entity-size.ts';
import { isUsableInRules } from '../names.ts';
import { admitRules, type NewRule, parsedOnce } from '../new-rules.ts';
import {
  EntityTooLarge,
  InvalidPolicyName,
  PolicyNameOfDataSource,
  PolicyNameTaken,
  PolicyNotFound,
  PolicyNotRenamable,
} from '../problems.ts';
import type { PlanPosition, Write } from '../write.ts';
import type { CreatedPolicy } from './create-policy.ts';
import { policySummary } from './policy-summary.ts';
import { ruleSummary } from './rule-summary.ts';
import { systemPolicyNames } from './system-policies.ts';

/** What becomes of the policy; members that are absent stay as they are. Id, kind and creation always stay. */
export interface PolicyReplacement {
  /** Id or name. */
  readonly policy: string;
  /** New; see Policy. */
  readonly rulesVersion: number;
  readonly name?: string;
  readonly abbreviation?: string;
  readonly description?: string;
  /** All its rules from now on. */
  readonly rules?: readonly NewRule[];
}

/**
 * Changes a policy in one step: readers see it as before or as wanted. Rules are admitted as if the policy were
 * gone; so are the kept ones of a policy that is renamed. Renaming is refused while rules mention the policy by
 * its name, because they would see empty tables from then on. Throws PolicyNotFound, PolicyNotRenamable,
 * EntityTooLarge, and for name and rules what create-policy.ts throws.
 */
export function replacePolicy(wanted: PolicyReplacement): Write<CreatedPolicy> {
  const statementsOf = wanted.rules && parsedOnce(wanted.rules);
  return {
    name: 'replace-policy',
    plan(catalog, at) {
      const before = catalog.policyByIdOrName(wanted.policy);
      if (before === undefined) throw new PolicyNotFound(wanted.policy);
      const policy = described(before, wanted);
      if (policy.name !== before.name) checkRenaming(catalog, before, policy.name);
      if (policy.name === before.name && wanted.rules === undefined) {
        const result = { policy: policySummary(policy), rules: catalog.rules(policy.id).map(ruleSummary) };
        return { changes: [{ kind: 'policy-described', policy, before }], result };
      }
      const next = { ...policy, rulesVersion: wanted.rulesVersion, rulesSince: at.sequence };
      return replaced(catalog, { before, policy: next, rules: wanted.rules, statementsOf, at });
    },
  };
}

function described(before: Policy, { name, abbreviation, description }: PolicyReplacement): Policy {
  const policy = {
    ...before,
    name: name ?? before.name,
    abbreviation: abbreviation ?? before.abbreviation,
    description: description ?? before.description,
  };
  const bytes = entityBytes(policyToEntity(policy));
  if (bytes > entityBytesMax) throw new EntityTooLarge({ entity: 'policy', bytes, bytesMax: entityBytesMax });
  return policy;
}

function checkRenaming(catalog: Catalog, before: Policy, name: string): void {
  if (!isUsableInRules(name)) throw new InvalidPolicyName(name);
  if (catalog.policyByName(name) !== undefined) throw new PolicyNameTaken(name);
  if (catalog.dataSourceInRules(name) !== undefined) throw new PolicyNameOfDataSource(name);
  if (systemPolicyNames.has(before.name)) {
    throw new PolicyNotRenamable(before.name, 'it is maintained by the system');
  }
  if (catalog.isMentioned(before.name)) throw new PolicyNotRenamable(before.name, 'rules mention its name');
}

/** The old policy goes and the new one comes, in one commit. */
function replaced(
  catalog: Catalog,
  given: {
    readonly before: Policy;
    readonly policy: Policy;
    readonly rules: readonly NewRule[] | undefined;
    readonly statementsOf: ReturnType<typeof parsedOnce> | undefined;
    readonly at: PlanPosition;
  },
) {
  const { before, policy, at } = given;
  const old = [...catalog.rules(before.id)];
  const going: Change = { kind: 'policy-deleted', policy: before, rules: old };
  const rules = asIf(catalog, [going], () => {
    const kept = given.rules === undefined;
    const wanted = given.rules ?? old;
    const statements = (given.statementsOf ?? parsedOnce(old))();
    const firstCreatedAt = { sequence: at.sequence, ordinal: at.ordinal + 1 };
    const admitted = admitRules(catalog, { policy, isNew: true, wanted, statements, firstCreatedAt });
    return kept ? inTheirPlaces(admitted, old) : admitted;
  });
  return {
    changes: [going, { kind: 'policy-created', policy, rules } as const],
    result: { policy: policySummary(policy), rules: rules.map(ruleSummary) },
  };
}

/** Rules that were only judged anew keep their creation. */
function inTheirPlaces(admitted: readonly StoredRule[], old: readonly StoredRule[]): readonly StoredRule[] {
  const places = new Map(old.map(({ id, createdAt }) => [id, createdAt]));
  return admitted.map((rule) => ({ ...rule, createdAt: places.get(rule.id) ?? rule.createdAt }));
}
