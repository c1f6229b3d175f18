import type { LibraryPolicyId } from '../../base/ids.ts';
import { entityBytesMax } from '../../base/limits.ts';
import type { Catalog } from '../catalog.ts';
import type { LibraryPolicy } from '../entities.ts';
import { libraryPolicyToEntity } from '../entity-json.ts';
import { entityBytes } from '../entity-size.ts';
import { isUsableInRules } from '../names.ts';
import {
  EntityTooLarge,
  InvalidLibraryPolicyName,
  LibraryPolicyNotFound,
  PolicyNameTaken,
} from '../problems.ts';
import type { Write } from '../write.ts';
import { type LibraryPolicySummary, libraryPolicySummary } from './library-policy-summary.ts';

/** Everything of a library policy but when it came. `id` is new, or that of the policy that is replaced. */
export type NewLibraryPolicy = Omit<LibraryPolicy, 'id' | 'createdAt'> & { readonly id: string };

/**
 * Puts a policy into the library (Congress reference 1.11). Its rules are not parsed: whether they are admitted
 * depends on the data sources that are there when a policy is made of it. Answers it. Throws
 * InvalidLibraryPolicyName, PolicyNameTaken, EntityTooLarge.
 */
export function createLibraryPolicy(wanted: NewLibraryPolicy): Write<LibraryPolicySummary> {
  return {
    name: 'create-library-policy',
    plan(catalog, createdAt) {
      checkName(wanted.name);
      if (catalog.library.byName(wanted.name) !== undefined) throw new PolicyNameTaken(wanted.name);
      const libraryPolicy = sized({
        ...wanted,
        id: wanted.id as LibraryPolicyId,
        createdAt: { ...createdAt },
      });
      return {
        changes: [{ kind: 'library-policy-created', libraryPolicy }],
        result: libraryPolicySummary(libraryPolicy),
      };
    },
  };
}

/** Replaces a library policy as a whole; policies made of it stay as they are. Also throws LibraryPolicyNotFound. */
export function replaceLibraryPolicy(
  idOrName: string,
  wanted: Omit<NewLibraryPolicy, 'id'>,
): Write<LibraryPolicySummary> {
  return {
    name: 'replace-library-policy',
    plan(catalog) {
      const before = known(catalog, idOrName);
      checkName(wanted.name);
      const namesake = catalog.library.byName(wanted.name);
      if (namesake !== undefined && namesake.id !== before.id) throw new PolicyNameTaken(wanted.name);
      const libraryPolicy = sized({ ...wanted, id: before.id, createdAt: before.createdAt });
      return {
        changes: [{ kind: 'library-policy-replaced', libraryPolicy, before }],
        result: libraryPolicySummary(libraryPolicy),
      };
    },
  };
}

/** Takes a policy out of the library; answers it. Throws LibraryPolicyNotFound. */
export function deleteLibraryPolicy(idOrName: string): Write<LibraryPolicySummary> {
  return {
    name: 'delete-library-policy',
    plan(catalog) {
      const libraryPolicy = known(catalog, idOrName);
      return {
        changes: [{ kind: 'library-policy-deleted', libraryPolicy }],
        result: libraryPolicySummary(libraryPolicy),
      };
    },
  };
}

function known(catalog: Catalog, idOrName: string): LibraryPolicy {
  const policy = catalog.library.byIdOrName(idOrName);
  if (policy === undefined) throw new LibraryPolicyNotFound(idOrName);
  return policy;
}

function checkName(name: string): void {
  if (!isUsableInRules(name)) throw new InvalidLibraryPolicyName(name);
}

function sized(policy: LibraryPolicy): LibraryPolicy {
  const bytes = entityBytes(libraryPolicyToEntity(policy));
  if (bytes <= entityBytesMax) return policy;
  throw new EntityTooLarge({ entity: 'library policy', bytes, bytesMax: entityBytesMax });
}
