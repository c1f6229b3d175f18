import type { PolicyId } from '../../base/ids.ts';
import type { Catalog } from '../catalog.ts';
import type { Policy } from '../entities.ts';
import type { Write } from '../write.ts';
import { actionName, classificationName } from './system-policies.ts';

export interface DefaultPolicyIds {
  /** Used where the policy does not exist yet. */
  readonly classificationId: string;
  readonly actionId: string;
}

/** Creates `classification` and `action` where they are missing (Congress reference 1.5, 3.4). Refuses nothing. */
export function ensureDefaultPolicies(ids: DefaultPolicyIds): Write<null> {
  return {
    name: 'ensure-default-policies',
    plan(catalog, { sequence, ordinal }) {
      const missing = defaultPolicies(ids).filter(({ name }) => catalog.policyByName(name) === undefined);
      const changes = missing.map((policy, index) => ({
        kind: 'policy-created' as const,
        policy: { ...policy, createdAt: { sequence, ordinal: ordinal + index } },
        rules: [],
      }));
      return { changes, result: null };
    },
  };
}

/** Whether both are there; they cannot be deleted. */
export function hasDefaultPolicies(catalog: Catalog): boolean {
  return [classificationName, actionName].every((name) => catalog.policyByName(name) !== undefined);
}

function defaultPolicies(ids: DefaultPolicyIds): readonly Omit<Policy, 'createdAt'>[] {
  return [
    {
      id: ids.classificationId as PolicyId,
      name: classificationName,
      abbreviation: 'class',
      description: 'default policy',
      ownerId: 'user',
      kind: 'nonrecursive',
      rulesVersion: 0,
      rulesSince: null,
    },
    {
      id: ids.actionId as PolicyId,
      name: actionName,
      abbreviation: 'actio',
      description: 'default action policy',
      ownerId: 'user',
      kind: 'action',
      rulesVersion: 0,
      rulesSince: null,
    },
  ];
}
