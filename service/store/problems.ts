import { Problem } from '../base/problem.ts';

/**
 * Why a store did not serve a call. `access-denied`, `table-missing` and `misconfigured` stay until a person
 * repairs them; the others may pass by themselves.
 */
export type StoreUnavailableReason =
  | 'unreachable'
  | 'timeout'
  | 'throttled'
  | 'server-error'
  | 'aborted'
  | 'access-denied'
  | 'table-missing'
  | 'misconfigured';

/**
 * The store did not answer in time, refused, or answered 5xx; nothing was changed by this call (a retry-safe
 * write outside a commit may have been made in part). Also when the caller's signal was aborted: `cause` is
 * then its reason.
 */
export class StoreUnavailable extends Problem {
  readonly code = 'store-unavailable';
  readonly kind = 'unavailable';
  readonly reason: StoreUnavailableReason;

  constructor(
    message: string,
    options: { readonly reason?: StoreUnavailableReason; readonly cause?: unknown } = {},
  ) {
    super(message, options);
    this.reason = options.reason ?? 'unreachable';
  }

  /** Whether the same call may succeed soon without anybody's help. */
  get passing(): boolean {
    return !lasting.has(this.reason) && this.reason !== 'aborted';
  }
}

const lasting: ReadonlySet<StoreUnavailableReason> = new Set([
  'access-denied',
  'table-missing',
  'misconfigured',
]);

/** A commit was sent and its outcome is not known. Resolve it before anything else is committed. */
export class UnknownOutcome extends Problem {
  readonly code = 'unknown-outcome';
  readonly kind = 'unavailable';
}

/** A commit or an entity is larger than the store takes (`base/limits`); nothing was changed. */
export class CommitTooLarge extends Problem {
  readonly code = 'commit-too-large';
  readonly kind = 'exhausted';
  readonly bytes: number;
  readonly bytesMax: number;

  constructor(what: string, size: { readonly bytes: number; readonly bytesMax: number }) {
    super(`${what} has ${size.bytes} bytes, at most ${size.bytesMax} fit`);
    this.bytes = size.bytes;
    this.bytesMax = size.bytesMax;
  }
}

/** A partition did not end within `partitionPagesMax` pages. */
export class PartitionTooLarge extends Problem {
  readonly code = 'partition-too-large';
  readonly kind = 'exhausted';
  readonly partition: string;

  constructor(partition: string) {
    super(`partition \`${partition}\` has more pages than are read`);
    this.partition = partition;
  }
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
  readonly table: string;

  constructor(table: string, options: { readonly cause?: unknown } = {}) {
    super(`DynamoDB table \`${table}\` does not exist; it is created only against a local endpoint`, options);
    this.table = table;
  }
}
