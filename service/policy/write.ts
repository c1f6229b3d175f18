import type { Sequence } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Catalog } from './catalog.ts';
import type { Change } from './change.ts';

/**
 * A wish to change the catalog. `plan` is pure: called with the catalog exactly as of `at - 1`, again after
 * every conflict, and possibly on a catalog that already holds the writes grouped before it. It only reads.
 * It throws a Problem to refuse; empty `changes` means there is nothing to do and nothing is committed.
 */
export interface Write<Result extends Json> {
  /** For logs and metrics, for example `insert-rule`. */
  readonly name: string;
  plan(catalog: Catalog, at: PlanPosition): Planned<Result>;
}

export interface PlanPosition {
  /** The sequence this write will get. */
  readonly sequence: Sequence;
  /** First free ordinal for entities created by this write (see CreatedAt). */
  readonly ordinal: number;
}

export interface Planned<Result extends Json> {
  readonly changes: readonly Change[];
  /** Answered to the caller once committed; plain JSON so that it can be remembered for an Idempotency-Key. */
  readonly result: Result;
}
