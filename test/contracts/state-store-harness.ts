import type { Sequence } from '../../service/base/ids.ts';
import type { StateStore } from '../../service/store/state-store.ts';

/** What the suite needs of an implementation. */
export interface StateStoreHarness {
  /** A store in which nothing was ever committed, and a second client of the same. */
  open(): Promise<{
    readonly store: StateStore;
    readonly other: StateStore;
    /** Removes one record, as time to live does. */
    trim(sequence: Sequence): Promise<void>;
  }>;
  /** A store that cannot be reached. */
  unreachable(): StateStore;
}
