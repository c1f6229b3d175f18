import type { PolicyId } from '../../base/ids.ts';
import { entityBytesMax, rulesPerRequestMax } from '../../base/limits.ts';
import type { Catalog } from '../catalog.ts';
import type { Policy, PolicyKind } from '../entities.ts';
import { policyToEntity } from '../entity-json.ts';
import { entityBytes } from '../entity-size.ts';
import { isUsableInRules } from '../names.ts';
import { admitRules, type NewRule, parsedOnce } from '../new-rules.ts';
import {
  EntityTooLarge,
  InvalidPolicyName,
  PolicyNameOfDataSource,
  PolicyNameTaken,
  TooManyRules,
  UnknownPolicyKind,
} from '../problems.ts';
import type { PlanPosition, Write } from '../write.ts';
import { type PolicySummary, policySummary } from './policy-summary.ts';
import { type RuleSummary, ruleSummary } from './rule-summary.ts';

export interface NewPolicy {
  /** New. */
  readonly id: string;
  readonly name: string;
  readonly abbreviation: string;
  readonly description: string;
  /** As posted; any case. */
  readonly kind: string;
  readonly rules: readonly NewRule[];
}

export type CreatedPolicy = {
  readonly policy: PolicySummary;
  /** Without those that came twice. */
  readonly rules: readonly RuleSummary[];
};

/**
 * Creates a policy, with its rules or not at all (Congress reference 1.5). Checks in the order of Congress:
 * InvalidPolicyName, UnknownPolicyKind, PolicyNameTaken or PolicyNameOfDataSource,
 * then those of the rules as in insert-rule.ts; and TooManyRules, EntityTooLarge.
 */
export function createPolicy(wanted: NewPolicy): Write<CreatedPolicy> {
  const statementsOf = parsedOnce(wanted.rules);
  return {
    name: 'create-policy',
    plan(catalog, at) {
      const policy = planPolicy(catalog, wanted, at);
      if (wanted.rules.length > rulesPerRequestMax) {
        throw new TooManyRules({ rules: wanted.rules.length, rulesMax: rulesPerRequestMax });
      }
      const rules = admitRules(catalog, {
        policy,
        isNew: true,
        wanted: wanted.rules,
        statements: statementsOf(),
        firstCreatedAt: { sequence: at.sequence, ordinal: at.ordinal + 1 },
      });
      return {
        changes: [{ kind: 'policy-created', policy, rules }],
        result: { policy: policySummary(policy), rules: rules.map(ruleSummary) },
      };
    },
  };
}

function planPolicy(catalog: Catalog, wanted: NewPolicy, { sequence, ordinal }: PlanPosition): Policy {
  const { id, name, abbreviation, description } = wanted;
  if (!isUsableInRules(name)) throw new InvalidPolicyName(name);
  const kind = kindNamed(wanted.kind);
  if (catalog.policyByName(name) !== undefined) throw new PolicyNameTaken(name);
  if (catalog.dataSourceInRules(name) !== undefined) throw new PolicyNameOfDataSource(name);
  const policy: Policy = {
    id: id as PolicyId,
    name,
    abbreviation,
    description,
    ownerId: 'user',
    kind,
    rulesVersion: 0,
    rulesSince: null,
    createdAt: { sequence, ordinal },
  };
  const bytes = entityBytes(policyToEntity(policy));
  if (bytes > entityBytesMax) throw new EntityTooLarge({ entity: 'policy', bytes, bytesMax: entityBytesMax });
  return policy;
}

function kindNamed(text: string): PolicyKind {
  const kind = text.toLowerCase();
  const known = policyKinds.find((candidate) => candidate === kind);
  if (known === undefined) throw new UnknownPolicyKind(text);
  return known;
}

const policyKinds: readonly PolicyKind[] = ['nonrecursive', 'action', 'database', 'materialized', 'z3'];
