import { Readable } from 'node:stream';

/** What the pretended DynamoDB does with one request. */
export type CannedAnswer =
  | { readonly status: number; readonly body: unknown }
  /** The connection breaks. */
  | { readonly error: Error }
  /** Never answers. */
  | 'silence';

/** An HTTP layer for the SDK that answers from a list, in order, and keeps what it was asked. */
export class CannedDynamoDb {
  readonly asked: { readonly operation: string; readonly input: Record<string, unknown> }[] = [];
  readonly #answers: CannedAnswer[];

  constructor(...answers: readonly CannedAnswer[]) {
    this.#answers = [...answers];
  }

  async handle(
    request: { readonly headers: Record<string, string>; readonly body?: string | Uint8Array },
    options: { readonly abortSignal?: AbortSignal } = {},
  ): Promise<{ readonly response: object }> {
    const operation = (request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const { body = '{}' } = request;
    const text = typeof body === 'string' ? body : Buffer.concat([body]).toString();
    const input = JSON.parse(text) as Record<string, unknown>;
    this.asked.push({ operation, input });
    const answer = this.#answers.shift() ?? 'silence';
    if (answer === 'silence') return rejectedBy(options.abortSignal);
    if ('error' in answer) throw answer.error;
    const answerText = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    return {
      response: {
        statusCode: answer.status,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: Readable.from([Buffer.from(answerText)]),
      },
    };
  }
}

/** The error body that DynamoDB sends. */
export function failureAnswer(name: string, fields: object = {}, status = 400): CannedAnswer {
  const type = `com.amazonaws.dynamodb.v20120810#${name}`;
  return { status, body: { __type: type, message: `because of ${name}`, ...fields } };
}

function rejectedBy(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}
