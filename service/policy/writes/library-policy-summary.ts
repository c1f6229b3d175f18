import type { JsonObject } from '../../base/json.ts';
import type { LibraryPolicy } from '../entities.ts';

/** A library policy as it is answered (Congress reference 1.11). */
export type LibraryPolicySummary = {
  readonly id: string;
  readonly name: string;
  readonly abbreviation: string;
  readonly description: string;
  readonly kind: string;
  readonly rules: readonly JsonObject[];
};

export function libraryPolicySummary(policy: LibraryPolicy): LibraryPolicySummary {
  const { id, name, abbreviation, description, kind, rules } = policy;
  return { id, name, abbreviation, description, kind, rules };
}
