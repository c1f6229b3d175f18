/** The calls of StateStore, RowStore and LeaseStore, as they are named in faults and metrics. */
export type StoreOperation =
  | 'read-head'
  | 'read-records'
  | 'read-record'
  | 'commit'
  | 'read-partition'
  | 'write-detached'
  | 'condemn'
  | 'write-chunks'
  | 'read-chunks'
  | 'expire-chunks'
  | 'read-leases'
  | 'read-lease'
  | 'take-lease'
  | 'renew-lease'
  | 'release-lease';

/** How a call ended: `ok`, `conflict` and `fenced` by its answer, else the `code` of the Problem, or `bug`. */
export interface StoreCall {
  readonly operation: StoreOperation;
  readonly outcome: string;
  readonly durationMs: number;
}

/** Capacity that DynamoDB billed for one request, in read and write units of one table. */
export interface ConsumedCapacity {
  readonly table: string;
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** Where the stores report to; `server` maps it to metrics. Must not throw. */
export interface StoreObserver {
  /** One call of a contract, with its retries. */
  called(call: StoreCall): void;
  /** One request to DynamoDB. */
  consumed(capacity: ConsumedCapacity): void;
}
