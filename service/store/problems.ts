import { Problem } from '../base/problem.ts';

/** The store did not answer, refused by throttling, or answered 5xx; nothing was changed by this call. */
export class StoreUnavailable extends Problem {
  readonly code = 'store-unavailable';
  readonly kind = 'unavailable';
}

/** A commit was sent and its outcome is not known. Resolve it before anything else is committed. */
export class UnknownOutcome extends Problem {
  readonly code = 'unknown-outcome';
  readonly kind = 'unavailable';
}

/** Row chunks that a record points to have expired; the follower reloads everything. */
export class RowChunksMissing extends Problem {
  readonly code = 'row-chunks-missing';
  readonly kind = 'unavailable';
}

/** A DynamoDB table does not exist and may not be created here. */
export class TableMissing extends Problem {
  readonly code = 'table-missing';
  readonly kind = 'unavailable';
}
