import type { Write } from '../write.ts';
import { createLibraryPolicy, type NewLibraryPolicy } from './library-writes.ts';

/** Policies put into the library by one commit. */
const policiesPerCommit = 20;

/**
 * The first content of the library, once in the life of a store: however many replicas start at once or again,
 * and however often that is interrupted, each policy comes once, and what people delete later stays deleted.
 * To be written one after the other. The policies are usable: they went through the checks of a request.
 */
export function fillLibrary(policies: readonly NewLibraryPolicy[]): readonly Write<null>[] {
  const writes: Write<null>[] = [];
  for (let start = 0; start < policies.length; start += policiesPerCommit) {
    writes.push(fillWith(policies.slice(start, start + policiesPerCommit)));
  }
  return [...writes, markFilled];
}

function fillWith(policies: readonly NewLibraryPolicy[]): Write<null> {
  return {
    name: 'fill-library',
    plan(catalog, { sequence, ordinal }) {
      const missing = policies.filter(({ name }) => catalog.library.byName(name) === undefined);
      if (catalog.library.filled) return { changes: [], result: null };
      const changes = missing.flatMap(
        (policy, index) =>
          createLibraryPolicy(policy).plan(catalog, { sequence, ordinal: ordinal + index }).changes,
      );
      return { changes, result: null };
    },
  };
}

const markFilled: Write<null> = {
  name: 'fill-library',
  plan: (catalog) => ({
    changes: catalog.library.filled ? [] : [{ kind: 'library-filled', filled: true }],
    result: null,
  }),
};
