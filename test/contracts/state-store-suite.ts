import { freshCommitIds } from './commit-fixtures.ts';
import { describeCommits } from './state-store-commits.ts';
import type { StateStoreHarness } from './state-store-harness.ts';
import { describeReads } from './state-store-reads.ts';

/** The contract of StateStore (service/store/state-store.ts), held by every implementation. */
export function describeStateStore(name: string, harness: StateStoreHarness): void {
  describe(`${name} as a StateStore`, () => {
    beforeEach(freshCommitIds);
    describeReads(harness);
    describeCommits(harness);
  });
}
