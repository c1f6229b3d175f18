import type { Catalog } from './catalog.ts';
import type { Change } from './change.ts';

/**
 * What `work` answers on the catalog as it would be after these changes. They are taken back before this
 * returns, also when `work` throws; all of it is synchronous, so nobody else sees them. For planners that judge
 * something new in the place of something old.
 */
export function asIf<Result>(catalog: Catalog, changes: readonly Change[], work: () => Result): Result {
  const made: Change[] = [];
  try {
    for (const change of changes) {
      catalog.apply(change);
      made.push(change);
    }
    return work();
  } finally {
    for (const change of made.reverse()) catalog.revert(change);
  }
}
