import type { Request, Response } from 'express';
import type { Sequence } from '../base/ids.ts';
import type { Consistency } from '../replication/replica-port.ts';
import type { Answer } from './answer.ts';
import type { ApiContext } from './api-context.ts';
import { NotAuthenticated } from './auth/problems.ts';
import { anonymous, type Subject } from './auth/subject.ts';
import { decodePath } from './canonical-path.ts';
import { consistencyAsked } from './consistency.ts';
import type { Call, Endpoint, OpenRoute, ReadRoute, WriteCall, WriteRoute } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { tagged } from './entity-tag.ts';
import { answerToProblem, bareFailure, methodMissing, routeMissing } from './errors.ts';
import { EvaluationTurns } from './evaluation-turns.ts';
import { addressOf, auditEntryOf, type Exchange, exchangeOf } from './exchange.ts';
import { Guard } from './guard.ts';
import { idempotencyKey } from './idempotency.ts';
import { LoadShedder } from './limits/load-shedder.ts';
import { TokenBuckets } from './limits/token-buckets.ts';
import { NotReadyYet, RequestAborted, WireError } from './problems.ts';
import { bodyText, mediaTypeOf } from './request-body.ts';
import { requestIdOf } from './request-id.ts';
import { sendAnswer } from './response.ts';
import { type RouteMatch, RouteTable } from './route-table.ts';
import { versionsAnswer } from './routes/versions.ts';

interface Outcome {
  /** For metrics: never what the client made up. */
  readonly route: string;
  readonly answer: Answer;
  readonly stale: boolean;
  /** At which the answer was made; that of the moment of sending when absent. */
  readonly sequence?: Sequence;
}

/** A request that has found its route. */
interface Routed<Route> {
  readonly route: Route;
  readonly match: RouteMatch;
  readonly exchange: Exchange;
}

/**
 * Serves requests: route, turn away what is too much, let in who may, wait for the consistency asked for, handle,
 * answer. Routes that need neither catalog nor credentials are answered whatever the load.
 */
export class RequestServer {
  readonly #context: ApiContext;
  readonly #routes = new RouteTable(endpoints);
  readonly #guard: Guard;
  readonly #shedder: LoadShedder;
  readonly #turns: EvaluationTurns;
  #opened = false;

  constructor(context: ApiContext) {
    const { clock, security } = context;
    this.#context = context;
    this.#turns = new EvaluationTurns(clock);
    this.#guard = new Guard({
      authenticator: security.authenticator,
      buckets: new TokenBuckets({ clock, ...security.clientRequests }),
    });
    this.#shedder = new LoadShedder({ limits: security.load, gauge: security.gauge });
  }

  serve(request: Request, response: Response): void {
    const startedMs = this.#context.clock.monotonicMs();
    const exchange = exchangeOf(request, response, requestIdOf(request, this.#context.random));
    const finish = (outcome: Outcome): void => {
      this.#finish(exchange, outcome);
      this.#context.metrics.requestEnded({
        method: request.method,
        route: outcome.route,
        status: outcome.answer.status,
        durationMs: this.#context.clock.monotonicMs() - startedMs,
      });
    };
    const fail = (route: string) => (problem: unknown) => {
      const answer = this.#answerToFailure(problem, { requestId: exchange.requestId, route });
      finish({ route, answer, stale: false });
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

  #finish(exchange: Exchange, { route, answer, stale, sequence }: Outcome): void {
    const { response, requestId, trail } = exchange;
    for (const place of trail.places) place.leave();
    sendAnswer(this.#context, response, {
      answer,
      stale,
      requestId,
      sequence: sequence ?? this.#context.replica.applied(),
    });
    const { status, headers } = answer;
    const entry = auditEntryOf(exchange, { route, status, location: headers?.Location });
    if (entry !== null) this.#context.security.audit.record(entry);
  }

  #answerEndpoint(match: RouteMatch, exchange: Exchange): Outcome | Promise<Outcome> {
    const { endpoint } = match;
    const { method } = exchange.request;
    const { open } = endpoint;
    if (open !== undefined && (open.anyMethod || method === 'GET' || method === 'HEAD')) {
      return this.#open({ route: open, match, exchange });
    }
    exchange.trail.places.push(this.#shedder.enter());
    if (method === 'GET' && endpoint.get !== undefined) {
      const routed = { route: endpoint.get, match, exchange };
      return this.#admitted(routed, () => this.#conditional(routed));
    }
    const route = open === undefined ? writeRoute(endpoint, exchange) : null;
    if (route === null) return plain(endpoint.path, methodMissing());
    exchange.trail.isWrite = route.changesNothing !== true;
    const routed = { route, match, exchange };
    return this.#admitted(routed, (subject) => this.#write(routed, subject));
  }

  /** Goes on when the sender is known and may use the route. */
  #admitted(
    { route, match, exchange }: Routed<ReadRoute | WriteRoute | OpenRoute>,
    next: (subject: Subject) => Outcome | Promise<Outcome>,
  ): Outcome | Promise<Outcome> {
    if (!('open' in match.endpoint)) this.#checkOpen();
    const admitted = this.#guard.admit({
      headers: exchange.request.headers,
      address: addressOf(exchange),
      access: route.access,
      source: () => this.#sourceOf(match),
      identified: (subject) => {
        exchange.trail.subject = subject;
      },
    });
    return admitted instanceof Promise ? admitted.then(next) : next(admitted);
  }

  /** The name of the data source of the path, by which pushing is granted; as it was given when there is none. */
  #sourceOf({ params }: RouteMatch): string | null {
    if (params.source === undefined) return null;
    const shown = decodePath(params.source);
    return this.#context.replica.catalog.dataSourceByIdOrName(shown)?.name ?? shown;
  }

  #open(routed: Routed<OpenRoute>): Outcome | Promise<Outcome> {
    const { route, match, exchange } = routed;
    const { request, response } = exchange;
    const answer = async (subject: Subject | null): Promise<Outcome> => {
      const signal = abortedWithClient(response);
      const call = { ...this.#call(routed, subject), headers: request.headers, signal };
      return plain(match.endpoint.path, await route.handle(call));
    };
    const isPublic = route.access === 'public' || route.madePublic?.(this.#context) === true;
    if (!isPublic) return this.#admitted(routed, answer);
    if (!route.moreForReaders) return answer(anonymous);
    const subject = this.#guard.identify(exchange.request.headers);
    return subject instanceof Promise ? subject.then(answer) : answer(subject);
  }

  /** A read with its entity tag, and the sequence at which it was made: putting a long answer together takes turns. */
  async #conditional(routed: Routed<ReadRoute>): Promise<Outcome> {
    const { route, exchange } = routed;
    let sequence = this.#context.replica.applied();
    const handle: ReadRoute['handle'] = (call) => {
      sequence = this.#context.replica.applied();
      return route.handle(call);
    };
    const outcome = await this.#read({ ...routed, route: { ...route, handle } });
    const answer = await tagged(outcome.answer, exchange.request.headers['if-none-match']);
    return { ...outcome, answer, sequence };
  }

  async #read(routed: Routed<ReadRoute>): Promise<Outcome> {
    const { route, match, exchange } = routed;
    const asked = consistencyAsked(exchange.request.headers);
    const call = this.#call(routed, exchange.trail.subject);
    const isWaiting = asked.some(({ kind }) => kind !== 'bounded');
    const signal = isWaiting ? abortedWithClient(exchange.response) : neverAborted;
    const stale = await this.#isStaleAfterWaiting(asked, signal);
    const engine = () => this.#context.replica.engine;
    const answer = await this.#turns.answer(engine, () => route.handle(call), signal);
    return { route: match.endpoint.path, answer, stale };
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

  async #write(routed: Routed<WriteRoute>, subject: Subject): Promise<Outcome> {
    const { route, match, exchange } = routed;
    const { request, response, trail } = exchange;
    const asked = consistencyAsked(request.headers);
    const key = idempotencyKey(request.headers);
    if (route.heavy) trail.places.push(this.#shedder.enterHeavy());
    const signal = abortedWithClient(response);
    let stale = false;
    const call: WriteCall = {
      ...this.#call(routed, subject),
      method: request.method,
      idempotencyKey: key,
      author: { subject: subject.id, requestId: exchange.requestId },
      onOutcome: ({ sequence }) => {
        trail.sequence = sequence;
      },
      signal,
      mediaType: mediaTypeOf(request.headers['content-type']),
      text: (bytesMax) => bodyText(request, { bytesMax, mediaType: route.mediaType, held: this.#shedder }),
      evaluated: (work) => this.#turns.answer(() => this.#context.replica.engine, work, signal),
      awaitConsistency: async () => {
        stale = await this.#isStaleAfterWaiting(asked, signal);
      },
    };
    const answer = await route.handle(call);
    return { route: match.endpoint.path, answer, stale };
  }

  #call({ match, exchange }: Routed<unknown>, subject: Subject | null): Call {
    return {
      context: this.#context,
      params: match.params,
      path: exchange.path,
      query: new URLSearchParams(exchange.queryText),
      baseUrl: baseUrlOf(exchange.request),
      subject,
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
    if (problem instanceof NotAuthenticated && answer !== null) {
      return { ...answer, headers: { ...answer.headers, 'WWW-Authenticate': this.#guard.challenge } };
    }
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
