import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { Author } from '../policy/author.ts';
import type { WriteOptions } from '../replication/replica-port.ts';
import type { Access } from './access.ts';
import type { Answer } from './answer.ts';
import type { ApiContext } from './api-context.ts';
import type { Subject } from './auth/subject.ts';

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
  /** Who asks; null where nobody has to say and nobody did. */
  readonly subject: Subject | null;
}

/** A request that may carry a body and change something. */
export interface WriteCall extends Call {
  /** Reads and checks the body once; JSON or `mediaType` of the route. Throws WireError, BodyTooLarge. */
  text(bytesMax: number): Promise<string>;
  /** Waits until memory is as fresh as the request asks, as a GET does; for what only reads. Throws ReadNotFresh. */
  awaitConsistency(): Promise<void>;
  /** What `work` answers, computing in slices what it asks of the engine; it may be called several times. */
  evaluated<Result>(work: () => Result): Promise<Result>;
  readonly method: string;
  /** Of the body, lower case, without parameters; '' when the request does not say. */
  readonly mediaType: string;
  readonly idempotencyKey: string | null;
  /** For the change record; `writeOptions` passes it on. */
  readonly author: Author;
  /** For the audit line; `writeOptions` passes it on. */
  readonly onOutcome: NonNullable<WriteOptions['onOutcome']>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** A request that may wait for something. */
export interface OpenCall extends Call {
  readonly headers: IncomingHttpHeaders;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** Answers from memory, at one sequence: synchronous on purpose. */
/** A promise only where something outside the replica is asked, beside what is read from memory. */
type ReadHandler = (call: Call) => Answer | Promise<Answer>;
type WriteHandler = (call: WriteCall) => Promise<Answer>;
/** Needs no catalog, so it is answered while the replica is still loading. */
type OpenHandler = (call: OpenCall) => Answer | Promise<Answer>;

/** What a body of this status is: a schema of JSON, a media type of something else, or null for no body. */
type AnswerShape = z.ZodType | { readonly mediaType: string } | null;

/**
 * What everybody has to know about a route: the OpenAPI document is made of it, and requests are allowed by it.
 * The schemas of bodies are those that `requests/` validate with.
 */
interface RouteFacts {
  /** One line, without full stop. */
  readonly summary: string;
  readonly access: Access;
  /** Query parameters by name; whatever else is sent is ignored, as Congress does. */
  readonly query?: Readonly<Record<string, z.ZodType>>;
  /** By HTTP status: the answers of this route that are no errors, and errors that not every route has. */
  readonly answers: Readonly<Record<number, AnswerShape>>;
}

export interface ReadRoute extends RouteFacts {
  readonly handle: ReadHandler;
}

export interface WriteRoute extends RouteFacts {
  /** A question that needs a body: no line in the audit log. */
  readonly changesNothing?: true;
  /** Costs much time or memory: few of these are answered at a time. */
  readonly heavy?: true;
  readonly body?: z.ZodType;
  /** Of the body, where it is not `application/json`. */
  readonly mediaType?: string;
  readonly handle: WriteHandler;
}

/** Answers GET and HEAD, from the first moment of the process on and whatever the load. */
export interface OpenRoute extends RouteFacts {
  /** Takes all methods instead. */
  readonly anyMethod?: true;
  /** Without credentials, where there are any, the answer says less. */
  readonly moreForReaders?: true;
  /** Whether the configuration makes the route public although `access` is something else. */
  readonly madePublic?: (context: ApiContext) => boolean;
  readonly handle: OpenHandler;
}

/**
 * One path. Methods that are absent answer 501 (reference 1.4). Collections take POST for creating; elements
 * take POST with an `action` parameter.
 */
export interface Endpoint {
  /** Literal segments and `:names`. */
  readonly path: string;
  readonly shape: 'collection' | 'element';
  readonly get?: ReadRoute;
  readonly post?: WriteRoute;
  readonly put?: WriteRoute;
  readonly patch?: WriteRoute;
  readonly delete?: WriteRoute;
  /** By action name with `_` for `-`; unknown ones answer 501. */
  readonly actions?: Readonly<Record<string, WriteRoute>>;
  readonly open?: OpenRoute;
}
