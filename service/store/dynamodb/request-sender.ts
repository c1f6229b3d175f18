import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../base/clock.ts';
import { noLongerNeeded } from '../../base/no-longer-needed.ts';
import type { StoreObserver } from '../store-observer.ts';
import { notAborted } from '../store-signal.ts';

/** What sending one request needs. */
export interface SenderOptions {
  readonly client: DynamoDBDocumentClient;
  readonly clock: Clock;
  /** From sending to the whole answer, credentials and connection included, in milliseconds; default 1000. */
  readonly requestTimeoutMs?: number;
  readonly observer?: Pick<StoreObserver, 'consumed'>;
}

/** No answer within the time limit of one request. */
export class RequestTimedOut extends Error {
  override readonly name = 'RequestTimedOut';
}

/** The caller's signal was aborted while a request was under way. */
export class RequestAbandoned extends Error {
  override readonly name = 'RequestAbandoned';
}

/** Sends single requests under a time limit and the caller's signal, and reports what they cost. */
export class RequestSender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /**
   * Sends once. Rejects with what the SDK rejects with, RequestTimedOut or RequestAbandoned; with
   * StoreUnavailable when the signal was aborted before. `kind` tells which capacity the answer names.
   */
  async send<Answer extends object>(
    kind: 'read' | 'write',
    request: Request<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    notAborted(signal);
    const { client } = this.#options;
    const answer = await this.#guarded((own) => request(client, { abortSignal: own }), signal);
    this.#report(kind, answer);
    return answer;
  }

  /** Closes the sockets. */
  close(): void {
    this.#options.client.destroy();
  }

  /**
   * The limit holds even if the SDK ignores its signal, as while it looks for credentials. When the event loop
   * was busy for longer than the limit, the answer may be waiting in the socket: it gets one turn to come in.
   */
  async #guarded<Answer>(
    request: (own: AbortSignal) => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { clock, requestTimeoutMs = 1_000 } = this.#options;
    const own = new AbortController();
    const timer = new AbortController();
    const abandon = () => own.abort(new RequestAbandoned('the caller gave up', { cause: signal.reason }));
    signal.addEventListener('abort', abandon, { once: true });
    const limit = clock
      .sleep(requestTimeoutMs, timer.signal)
      // Lets what has arrived meanwhile be read: timers run before input in a turn of the event loop.
      .then(() => clock.sleep(0, timer.signal))
      .then(
        () => own.abort(new RequestTimedOut(`no answer within ${requestTimeoutMs} ms`)),
        () => undefined,
      );
    try {
      return await Promise.race([request(own.signal), rejectionOf(own.signal)]);
    } catch (error) {
      throw own.signal.aborted ? own.signal.reason : error;
    } finally {
      signal.removeEventListener('abort', abandon);
      timer.abort(noLongerNeeded);
      await limit;
    }
  }

  #report(kind: 'read' | 'write', answer: object): void {
    const { observer } = this.#options;
    if (observer === undefined || !('ConsumedCapacity' in answer)) return;
    const consumed = answer.ConsumedCapacity as ConsumedCapacity | readonly ConsumedCapacity[] | undefined;
    for (const one of [consumed ?? []].flat() as readonly ConsumedCapacity[]) {
      const units = one.CapacityUnits ?? 0;
      observer.consumed({
        table: one.TableName ?? '',
        readUnits: one.ReadCapacityUnits ?? (kind === 'read' ? units : 0),
        writeUnits: one.WriteCapacityUnits ?? (kind === 'write' ? units : 0),
      });
    }
  }
}

/** One request, made with the client and options given. */
export type Request<Answer> = (
  client: DynamoDBDocumentClient,
  options: { readonly abortSignal: AbortSignal },
) => Promise<Answer>;

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
