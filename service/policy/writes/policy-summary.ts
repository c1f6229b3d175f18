import type { Policy } from '../entities.ts';

/** What a write answers about a policy: plain JSON, so that it can be remembered. */
export type PolicySummary = {
  readonly id: string;
  readonly name: string;
  readonly abbreviation: string;
  readonly description: string;
  readonly ownerId: string;
  readonly kind: string;
};

export function policySummary(policy: Policy): PolicySummary {
  const { id, name, abbreviation, description, ownerId, kind } = policy;
  return { id, name, abbreviation, description, ownerId, kind };
}
