import type { Answer } from './answer.ts';
import type { ApiContext } from './api-context.ts';

/** A request as an endpoint sees it. */
export interface Call {
  readonly context: ApiContext;
  /** Values of the `:name` parts of the path, percent-encoded as Congress shows them in messages. */
  readonly params: Readonly<Record<string, string>>;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Scheme, host and port that the client used. */
  readonly baseUrl: string;
}

/** A request that may carry a body and change something. */
export interface WriteCall extends Call {
  /** Reads and checks the body once. Throws WireError, BodyTooLarge. */
  text(bytesMax: number): Promise<string>;
  readonly method: string;
  readonly idempotencyKey: string | null;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** Answers from memory, at one sequence: synchronous on purpose. */
export type ReadHandler = (call: Call) => Answer;
export type WriteHandler = (call: WriteCall) => Promise<Answer>;

/**
 * One path of the v1 API. Methods that are absent answer 501 (reference 1.4). Collections take POST for
 * creating; elements take POST with an `action` parameter.
 */
export interface Endpoint {
  /** Literal segments and `:names`. */
  readonly path: string;
  readonly shape: 'collection' | 'element';
  readonly get?: ReadHandler;
  readonly post?: WriteHandler;
  readonly put?: WriteHandler;
  readonly delete?: WriteHandler;
  /** By action name with `_` for `-`; unknown ones answer 501. */
  readonly actions?: Readonly<Record<string, WriteHandler>>;
}
