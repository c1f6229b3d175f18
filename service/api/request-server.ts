import type { Request, Response } from 'express';
import type { Answer } from './answer.ts';
import type { ApiContext } from './api-context.ts';
import { canonicalPath } from './canonical-path.ts';
import { consistencyAsked } from './consistency.ts';
import type { Call, Endpoint, ReadHandler, WriteCall, WriteHandler } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { answerToProblem, bareFailure, methodMissing, routeMissing } from './errors.ts';
import { idempotencyKey } from './idempotency.ts';
import { NotReadyYet, RequestAborted, WireError } from './problems.ts';
import { bodyText } from './request-body.ts';
import { sendAnswer } from './response.ts';
import { type RouteMatch, RouteTable } from './route-table.ts';
import { operationalAnswer } from './routes/operations.ts';
import { versionAnswer, versionsAnswer } from './routes/versions.ts';

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
      const outcome = match === null ? this.#answerOutside(exchange) : this.#answerEndpoint(match, exchange);
      if (outcome instanceof Promise) outcome.then(finish, fail(route));
      else finish(outcome);
    } catch (problem) {
      fail(route)(problem);
    }
  }

  /** Version documents, operations, and paths that do not exist. */
  #answerOutside(exchange: Exchange): Outcome | Promise<Outcome> {
    const { path, request } = exchange;
    const baseUrl = baseUrlOf(request);
    if (path === '/v1' || path === '/v1/') return plain('/v1', versionAnswer(baseUrl));
    if (path.startsWith('/v1/')) return plain('other', routeMissing());
    const operational = operationalAnswer(this.#context, { method: request.method, path });
    if (operational !== null) return operational.then((answer) => plain(path, answer));
    return plain(path === '/' ? '/' : 'other', versionsAnswer(baseUrl, path));
  }

  #answerEndpoint(match: RouteMatch, exchange: Exchange): Outcome | Promise<Outcome> {
    const { endpoint } = match;
    const { method } = exchange.request;
    if (method === 'GET') {
      return endpoint.get === undefined
        ? plain(endpoint.path, methodMissing())
        : this.#read(endpoint.get, match, exchange);
    }
    const handler = this.#writeHandler(endpoint, exchange);
    return handler === null ? plain(endpoint.path, methodMissing()) : this.#write(handler, match, exchange);
  }

  async #read(handler: ReadHandler, match: RouteMatch, exchange: Exchange): Promise<Outcome> {
    const asked = consistencyAsked(exchange.request.headers);
    this.#checkOpen();
    const call = this.#call(match, exchange);
    const isWaiting = asked.some(({ kind }) => kind !== 'bounded');
    const signal = isWaiting ? abortedWithClient(exchange.response) : neverAborted;
    let stale = false;
    for (const consistency of asked) {
      const waited = await this.#context.replica.awaitConsistency(consistency, signal);
      stale ||= waited.stale;
    }
    return { route: match.endpoint.path, answer: handler(call), stale };
  }

  async #write(handler: WriteHandler, match: RouteMatch, exchange: Exchange): Promise<Outcome> {
    const { request, response } = exchange;
    consistencyAsked(request.headers);
    const key = idempotencyKey(request.headers);
    this.#checkOpen();
    const call: WriteCall = {
      ...this.#call(match, exchange),
      method: request.method,
      idempotencyKey: key,
      signal: abortedWithClient(response),
      text: (bytesMax) => bodyText(request, bytesMax),
    };
    return plain(match.endpoint.path, await handler(call));
  }

  /** The handler of a method other than GET; null when it is not supported. Throws WireError. */
  #writeHandler(endpoint: Endpoint, exchange: Exchange): WriteHandler | null {
    switch (exchange.request.method) {
      case 'POST':
        return endpoint.shape === 'element'
          ? actionHandler(endpoint, exchange.queryText)
          : (endpoint.post ?? null);
      case 'PUT':
        return endpoint.put ?? null;
      case 'DELETE':
        return endpoint.delete ?? null;
      default:
        return null;
    }
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

/** POST on an element asks for an action (reference 1.4). In its name `-` equals `_`. */
function actionHandler(endpoint: Endpoint, queryText: string): WriteHandler | null {
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
