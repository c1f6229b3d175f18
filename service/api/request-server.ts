import type { Request, Response } from 'express';
import type { Consistency } from '../replication/replica-port.ts';
import type { Answer } from './answer.ts';
import type { ApiContext } from './api-context.ts';
import { canonicalPath } from './canonical-path.ts';
import { consistencyAsked } from './consistency.ts';
import type { Call, Endpoint, OpenRoute, ReadRoute, WriteCall, WriteRoute } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { answerToProblem, bareFailure, methodMissing, routeMissing } from './errors.ts';
import { idempotencyKey } from './idempotency.ts';
import { NotReadyYet, RequestAborted, WireError } from './problems.ts';
import { bodyText } from './request-body.ts';
import { sendAnswer } from './response.ts';
import { type RouteMatch, RouteTable } from './route-table.ts';
import { versionsAnswer } from './routes/versions.ts';

/** What one request is, taken apart once. */
interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly path: string;
  readonly queryText: string;
}

interface Outcome {
  /** For metrics: never what the client made up. */
  readonly route: string;
  readonly answer: Answer;
  readonly stale: boolean;
}

/**
 * Serves requests: route, wait for the consistency asked for, handle, answer.
 */
export class RequestServer {
  readonly #context: ApiContext;
  readonly #routes = new RouteTable(endpoints);
  #opened = false;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  serve(request: Request, response: Response): void {
    const startedMs = this.#context.clock.monotonicMs();
    const [rawPath = '/', queryText = ''] = splitOnce(request.url, '?');
    const exchange: Exchange = { request, response, path: canonicalPath(rawPath), queryText };
    const requestId = `req-${this.#context.random.uuid()}`;
    const finish = (outcome: Outcome): void => {
      sendAnswer(this.#context, response, { ...outcome, requestId });
      this.#context.metrics.requestEnded({
        method: request.method,
        route: outcome.route,
        status: outcome.answer.status,
        durationMs: this.#context.clock.monotonicMs() - startedMs,
      });
    };
    const fail = (route: string) => (problem: unknown) => {
      finish({ route, answer: this.#answerToFailure(problem, { requestId, route }), stale: false });
    };

    const match = this.#routes.match(exchange.path);
    const route = match?.endpoint.path ?? 'other';
    try {
      const outcome = match === null ? noRoute(exchange) : this.#answerEndpoint(match, exchange);
      if (outcome instanceof Promise) outcome.then(finish, fail(route));
      else finish(outcome);
    } catch (problem) {
      fail(route)(problem);
    }
  }

  #answerEndpoint(match: RouteMatch, exchange: Exchange): Outcome | Promise<Outcome> {
    const { endpoint } = match;
    const { method } = exchange.request;
    const { open } = endpoint;
    if (open !== undefined && (open.anyMethod || method === 'GET' || method === 'HEAD')) {
      return this.#open(open, match, exchange);
    }
    if (method === 'GET' && endpoint.get !== undefined) return this.#read(endpoint.get, match, exchange);
    const route = open === undefined ? writeRoute(endpoint, exchange) : null;
    return route === null ? plain(endpoint.path, methodMissing()) : this.#write(route, match, exchange);
  }

  async #open(route: OpenRoute, match: RouteMatch, exchange: Exchange): Promise<Outcome> {
    const { request, response } = exchange;
    const signal = abortedWithClient(response);
    const call = { ...this.#call(match, exchange), headers: request.headers, signal };
    return plain(match.endpoint.path, await route.handle(call));
  }

  async #read(route: ReadRoute, match: RouteMatch, exchange: Exchange): Promise<Outcome> {
    const asked = consistencyAsked(exchange.request.headers);
    this.#checkOpen();
    const call = this.#call(match, exchange);
    const isWaiting = asked.some(({ kind }) => kind !== 'bounded');
    const signal = isWaiting ? abortedWithClient(exchange.response) : neverAborted;
    const stale = await this.#isStaleAfterWaiting(asked, signal);
    return { route: match.endpoint.path, answer: route.handle(call), stale };
  }

  /** Waits for every consistency asked for; true when the answer has to be marked stale. Rejects with ReadNotFresh. */
  async #isStaleAfterWaiting(asked: readonly Consistency[], signal: AbortSignal): Promise<boolean> {
    let stale = false;
    for (const consistency of asked) {
      const waited = await this.#context.replica.awaitConsistency(consistency, signal);
      stale ||= waited.stale;
    }
    return stale;
  }

  async #write(route: WriteRoute, match: RouteMatch, exchange: Exchange): Promise<Outcome> {
    const { request, response } = exchange;
    const asked = consistencyAsked(request.headers);
    const key = idempotencyKey(request.headers);
    this.#checkOpen();
    const signal = abortedWithClient(response);
    let stale = false;
    const call: WriteCall = {
      ...this.#call(match, exchange),
      method: request.method,
      idempotencyKey: key,
      signal,
      text: (bytesMax) => bodyText(request, bytesMax),
      awaitConsistency: async () => {
        stale = await this.#isStaleAfterWaiting(asked, signal);
      },
    };
    const answer = await route.handle(call);
    return { route: match.endpoint.path, answer, stale };
  }

  #call(match: RouteMatch, exchange: Exchange): Call {
    return {
      context: this.#context,
      params: match.params,
      path: exchange.path,
      query: new URLSearchParams(exchange.queryText),
      baseUrl: baseUrlOf(exchange.request),
    };
  }

  /** Nothing is answered from an empty catalog. Later a replica that stands still goes on answering. */
  #checkOpen(): void {
    if (this.#opened) return;
    if (!this.#context.replica.health().ready) throw new NotReadyYet();
    this.#opened = true;
  }

  #answerToFailure(problem: unknown, facts: { readonly requestId: string; readonly route: string }): Answer {
    const answer = answerToProblem(problem);
    if (answer !== null) return answer;
    this.#context.logger.error('request failed unexpectedly', { ...facts, error: problem });
    return bareFailure();
  }
}

/** For reads that do not wait. */
const neverAborted = new AbortController().signal;

function plain(route: string, answer: Answer): Outcome {
  return { route, answer, stale: false };
}

/** Version documents answer outside /v1, whatever the path (reference 1.2). */
function noRoute({ path, request }: Exchange): Outcome {
  const isInApi = path.startsWith('/v1/');
  return plain('other', isInApi ? routeMissing() : versionsAnswer(baseUrlOf(request), path));
}

/** The route of a method other than GET; null when it is not supported. Throws WireError. */
function writeRoute(endpoint: Endpoint, exchange: Exchange): WriteRoute | null {
  switch (exchange.request.method) {
    case 'POST':
      return endpoint.shape === 'element'
        ? actionRoute(endpoint, exchange.queryText)
        : (endpoint.post ?? null);
    case 'PUT':
      return endpoint.put ?? null;
    case 'PATCH':
      return endpoint.patch ?? null;
    case 'DELETE':
      return endpoint.delete ?? null;
    default:
      return null;
  }
}

/** POST on an element asks for an action (reference 1.4). In its name `-` equals `_`. */
function actionRoute(endpoint: Endpoint, queryText: string): WriteRoute | null {
  const [action, ...others] = new URLSearchParams(queryText).getAll('action');
  if (action === undefined) throw new WireError('Missing required action parameter.', { status: 400 });
  if (others.length > 0) {
    throw new WireError('Action parameter may not be provided multiple times.', { status: 400 });
  }
  const name = action.replaceAll('-', '_');
  return endpoint.actions !== undefined && Object.hasOwn(endpoint.actions, name)
    ? (endpoint.actions[name] ?? null)
    : null;
}

function abortedWithClient(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new RequestAborted());
  });
  return controller.signal;
}

function baseUrlOf(request: Request): string {
  return `${request.protocol}://${request.host || 'localhost'}`;
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
