import { assert, unreachable } from '../base/assert.ts';
import type { LibraryPolicyId } from '../base/ids.ts';
import type { SetDigest } from '../base/set-digest.ts';
import type { CatalogContents } from './catalog-contents.ts';
import type { Change } from './change.ts';
import { CreationOrdered } from './creation-order.ts';
import { digestText } from './digest-texts.ts';
import type { LibraryPolicy } from './entities.ts';
import { libraryPolicyToEntity } from './entity-json.ts';

/** What can be read of the policy library (Congress reference 1.11). */
export interface PolicyLibrary {
  /** Whether the library has got its first content; it may be empty again. */
  readonly filled: boolean;
  /** In order of creation. */
  list(): readonly LibraryPolicy[];
  byName(name: string): LibraryPolicy | undefined;
  /** An id goes before an equal name. */
  byIdOrName(idOrName: string): LibraryPolicy | undefined;
}

/** The library policies, by id, by name and in order of creation; and their part of the catalog's digest. */
export class LibraryShelf implements PolicyLibrary {
  readonly #inOrder = new CreationOrdered<LibraryPolicy>();
  readonly #byId = new Map<LibraryPolicyId, LibraryPolicy>();
  readonly #byName = new Map<string, LibraryPolicy>();

  readonly #digest: SetDigest;
  #filled = false;

  constructor(digest: SetDigest) {
    this.#digest = digest;
  }

  load(contents: Pick<CatalogContents, 'libraryPolicies' | 'libraryFilled'>): void {
    for (const policy of contents.libraryPolicies) this.#add(policy);
    if (contents.libraryFilled) this.#fill(true);
  }

  apply(change: Extract<Change, { kind: `library-${string}` }>): void {
    switch (change.kind) {
      case 'library-policy-created':
        this.#add(change.libraryPolicy);
        break;
      case 'library-policy-replaced':
        this.#remove(change.before);
        this.#add(change.libraryPolicy);
        break;
      case 'library-policy-deleted':
        this.#remove(change.libraryPolicy);
        break;
      case 'library-filled':
        this.#fill(change.filled);
        break;
      default:
        unreachable(change);
    }
  }

  get filled(): boolean {
    return this.#filled;
  }

  #fill(filled: boolean): void {
    assert(this.#filled !== filled, 'the library is filled once');
    this.#filled = filled;
    if (filled) this.#digest.add('library-filled');
    else this.#digest.remove('library-filled');
  }

  #add(policy: LibraryPolicy): void {
    assert(!this.#byId.has(policy.id), 'a new library policy has a new id');
    assert(!this.#byName.has(policy.name), 'a new library policy has a new name');
    this.#inOrder.add(policy);
    this.#byId.set(policy.id, policy);
    this.#byName.set(policy.name, policy);
    this.#digest.add(policyText(policy));
  }

  #remove(policy: LibraryPolicy): void {
    assert(this.#byId.delete(policy.id), 'a library policy that goes was there');
    assert(this.#byName.delete(policy.name), 'a library policy that goes had its name');
    this.#inOrder.remove(policy.createdAt);
    this.#digest.remove(policyText(policy));
  }

  list(): readonly LibraryPolicy[] {
    return this.#inOrder.list();
  }

  byIdOrName(idOrName: string): LibraryPolicy | undefined {
    return this.#byId.get(idOrName as LibraryPolicyId) ?? this.#byName.get(idOrName);
  }

  byName(name: string): LibraryPolicy | undefined {
    return this.#byName.get(name);
  }
}

function policyText(policy: LibraryPolicy): string {
  return digestText('library', libraryPolicyToEntity(policy));
}
