import type { Sequence } from '../base/ids.ts';
import { Problem } from '../base/problem.ts';

/** A 503 of this module; says after how many milliseconds it is worth asking again. */
abstract class NotNow extends Problem {
  readonly kind = 'unavailable';
  readonly retryAfterMs: number;

  constructor(message: string, options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs ?? 1_000;
  }
}

/** The consistency that a read asked for could not be had within the wait limit. */
export class ReadNotFresh extends NotNow {
  readonly code = 'read-not-fresh';
}

/** A write was not made: the store is away, the deadline passed or this replica cannot write. Nothing changed. */
export class WriteNotCommitted extends NotNow {
  readonly code = 'write-not-committed';
}

/**
 * The deadline passed while the store had not said whether the write was made. Asking again with the same
 * Idempotency-Key is safe and tells.
 */
export class WriteOutcomeUnknown extends NotNow {
  readonly code = 'write-outcome-unknown';
}

/** A write that depends on a lease was not made: the lease is not held under that generation any more. */
export class LeaseLost extends NotNow {
  readonly code = 'lease-lost';
  readonly lease: string;

  constructor(lease: string) {
    super(`the lease \`${lease}\` is not held here any more`);
    this.lease = lease;
  }
}

/** The replica ended while the request waited in it. Another one will answer. */
export class ReplicaStopping extends NotNow {
  readonly code = 'replica-stopping';
}

/** Too many writes wait already. Nothing changed. */
export class WriteQueueFull extends NotNow {
  readonly code = 'write-queue-full';
  readonly queuedWritesMax: number;

  constructor(queuedWritesMax: number) {
    super(`more than ${queuedWritesMax} writes are waiting`);
    this.queuedWritesMax = queuedWritesMax;
  }
}

/** The log cannot be read back now. */
export class HistoryUnavailable extends NotNow {
  readonly code = 'history-unavailable';
}

/** The records asked for are gone: their time was over. Load what is, and go on from there (410). */
export class HistoryTrimmed extends Problem {
  readonly code = 'history-trimmed';
  readonly kind = 'not-found';
  readonly from: Sequence;

  constructor(from: Sequence) {
    super(`change ${from} is not kept any more`);
    this.from = from;
  }
}

/** An Idempotency-Key came a second time with another request body (422). */
export class IdempotencyKeyReused extends Problem {
  readonly code = 'idempotency-key-reused';
  readonly kind = 'invalid';
  readonly key: string;

  constructor(key: string) {
    super(`the idempotency key \`${key}\` was used for another request`);
    this.key = key;
  }
}

/** A write makes an item, or needs a transaction, larger than the store takes. Nothing changed. */
export class WriteTooLarge extends Problem {
  readonly code = 'write-too-large';
  readonly kind = 'exhausted';
  readonly size: number;
  readonly sizeMax: number;

  /** `what` with its size in bytes or items, as said by it. */
  constructor(what: string, size: { readonly size: number; readonly sizeMax: number }) {
    super(`${what} of size ${size.size} does not fit, at most ${size.sizeMax} is possible`);
    this.size = size.size;
    this.sizeMax = size.sizeMax;
  }
}

/** A single row does not fit into a row chunk, even alone and compressed. */
export class RowTooLarge extends Problem {
  readonly code = 'row-too-large';
  readonly kind = 'invalid';
  /** 0-based, in the order in which the rows were given. */
  readonly index: number;

  constructor(index: number, bytesMax: number) {
    super(`row ${index} is larger than ${bytesMax} bytes`);
    this.index = index;
  }
}
