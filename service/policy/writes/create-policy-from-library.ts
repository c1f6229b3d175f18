import type { LibraryPolicy } from '../entities.ts';
import { LibraryPolicyChanged } from '../problems.ts';
import type { Write } from '../write.ts';
import { type CreatedPolicy, createPolicy, type NewPolicy } from './create-policy.ts';

/**
 * Creates a policy that is a copy of a library policy (Congress reference 1.5); `wanted` was made of `source`.
 * Throws LibraryPolicyChanged when the library holds something else under that id by now, and what
 * create-policy.ts throws.
 */
export function createPolicyFromLibrary(
  source: LibraryPolicy,
  wanted: Omit<NewPolicy, 'name' | 'abbreviation' | 'description' | 'kind'>,
): Write<CreatedPolicy> {
  const { name, abbreviation, description, kind } = source;
  const creation = createPolicy({ ...wanted, name, abbreviation, description, kind });
  const text = JSON.stringify(source);
  return {
    name: 'create-policy-from-library',
    plan(catalog, at) {
      const now = catalog.library.byIdOrName(source.id);
      if (now !== source && JSON.stringify(now) !== text) throw new LibraryPolicyChanged(source.name);
      return creation.plan(catalog, at);
    },
  };
}
