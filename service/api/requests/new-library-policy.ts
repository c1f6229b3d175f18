import type { JsonObject } from '../../base/json.ts';
import type { NewLibraryPolicy } from '../../policy/writes/library-writes.ts';
import { abbreviationOf, policyWithRulesFrom } from './policy-with-rules.ts';

/**
 * A library policy as it is posted or lies in a file (reference 1.11, section 7): rules are kept as they are,
 * with members that mean nothing here; other members are dropped. Throws WireError, BadRequest.
 */
export function newLibraryPolicyFrom(body: unknown): Omit<NewLibraryPolicy, 'id'> {
  const { name, abbreviation, description, kind, rules } = policyWithRulesFrom(body);
  return {
    name,
    abbreviation: abbreviation ?? abbreviationOf(name),
    description: description ?? '',
    kind: kind ?? 'nonrecursive',
    rules: rules as readonly unknown[] as readonly JsonObject[],
  };
}
