import type { Random } from '../../service/base/random.ts';
import { arbitraryBytes } from './arbitrary-bytes.ts';
import { ArbitraryJson } from './arbitrary-json.ts';
import { arbitraryRequest, type FuzzRequest } from './arbitrary-request.ts';
import type { FuzzReply, HttpExchange } from './http-exchange.ts';
import type { Operation } from './operation.ts';

export interface FuzzOptions {
  readonly requests: number;
  readonly random: Random;
  readonly operations: readonly [Operation, ...Operation[]];
  readonly exchange: HttpExchange;
  /** Headers that let every request in. */
  readonly credentials: Readonly<Record<string, string>>;
  /** After this many the run ends. */
  readonly findingsMax: number;
  readonly progress?: (done: number) => void;
}

/** Something that must not happen, with what is needed to see it again. */
interface Finding {
  readonly what: string;
  /** Counted from 0. */
  readonly at: number;
  readonly request: string;
  readonly reply: string;
}

export interface FuzzReport {
  readonly requests: number;
  readonly byStatus: ReadonlyMap<number, number>;
  readonly findings: readonly Finding[];
}

/** What is there to be found, so that requests get past the first look-up. */
const groundWork: readonly (readonly [string, string, unknown])[] = [
  ['POST', '/v1/policies', { name: 'alice' }],
  ['POST', '/v1/policies/alice/rules', { rule: 'p(x) :- q(x)' }],
  ['POST', '/v1/policies/alice/rules', { rule: 'q(1)' }],
  ['POST', '/v1/data-sources', { name: 'ds', driver: 'push', config: { tables: { t: ['a', 'b'] } } }],
  ['PUT', '/v1/data-sources/ds/tables/t/rows', [['x', 1]]],
];

/**
 * Sends requests, one after the other, and checks each answer: no 5xx but those that are declared, errors in the
 * error body without a trace of the inside, and a catalog that is the same after everything that was refused.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { random, operations, exchange, requests, progress } = options;
  const draw = new ArbitraryJson(random);
  const byStatus = new Map<number, number>();
  const findings: Finding[] = [];
  await layGround(options);
  let digest = await digestNow(options);
  for (let at = 0; at < requests && findings.length < options.findingsMax; at += 1) {
    if (draw.chance(0.01)) {
      await exchange.sendBytes(arbitraryBytes(draw));
      digest = await digestNow(options);
      continue;
    }
    const drawn = arbitraryRequest(draw, operations);
    const request = { ...drawn, headers: { ...options.credentials, ...drawn.headers } };
    const reply = await exchange.send(request).catch((error: Error) => error);
    if (!(reply instanceof Error)) byStatus.set(reply.status, (byStatus.get(reply.status) ?? 0) + 1);
    const problems = reply instanceof Error ? [`no answer: ${reply.message}`] : problemsOf(request, reply);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const refused = reply instanceof Error || reply.status >= 400;
    const now = isRead && at % 50 !== 0 ? digest : await digestNow(options);
    if (refused && now !== digest) {
      problems.push(
        `the catalog changed from ${digest} to ${now} although the request was refused: ${await lastChange(options)}`,
      );
    }
    digest = now;
    for (const what of problems)
      findings.push({ what, at, request: shown(request), reply: shownReply(reply) });
    if (at % 100 === 0) {
      await layGround(options);
      digest = await digestNow(options);
    }
    if (at % 1_000 === 0) progress?.(at);
  }
  return { requests, byStatus, findings };
}

/** 501: the method is not supported. 503: not now. Both with every route. */
const everywhere = [501, 503];
/** Paths, stacks and names of our own code. */
const inside = /node_modules|\.ts:\d|\.js:\d|\bat [A-Za-z.]+ \(|TypeError|RangeError|AssertionFailure/;

function problemsOf(request: FuzzRequest, reply: FuzzReply): string[] {
  const { status, text, contentType, requestId } = reply;
  const problems: string[] = [];
  const declared = [...everywhere, ...request.operation.serverErrors];
  if (status >= 500 && !declared.includes(status)) problems.push(`status ${status} is not declared`);
  if (requestId === '') problems.push('there is no request id');
  if (
    status >= 400 &&
    request.method !== 'HEAD' &&
    !isErrorBody(text) &&
    !request.operation.statements.includes(status)
  ) {
    problems.push('the error is in no error body');
  }
  if (contentType.startsWith('application/json') && text.length < 50_000 && request.method !== 'HEAD') {
    if (text !== '' && parsed(text) === undefined) problems.push('the body is no JSON');
  }
  if (status >= 400 && inside.test(text)) problems.push('the answer shows the inside');
  return problems;
}

function isErrorBody(text: string): boolean {
  const body = parsed(text) as { readonly error?: Record<string, unknown> } | undefined;
  const { message, error_code, error_data } = body?.error ?? {};
  return typeof message === 'string' && typeof error_code === 'number' && error_data !== undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Again and again, because what is there gets deleted. Fails quietly where it is still there. */
async function layGround({ exchange, credentials }: FuzzOptions): Promise<void> {
  for (const [method, path, value] of groundWork) {
    const headers = { ...credentials, 'content-type': 'application/json' };
    await exchange.send({ method, path, headers, body: Buffer.from(JSON.stringify(value)) });
  }
}

async function digestNow({ exchange, credentials }: FuzzOptions): Promise<string> {
  const { text } = await exchange.send({ method: 'GET', path: '/healthz', headers: credentials, body: null });
  return (JSON.parse(text) as { readonly catalogDigest: string }).catalogDigest;
}

async function lastChange({ exchange, credentials }: FuzzOptions): Promise<string> {
  const path = '/v1/system/changes?limit=1';
  const { text } = await exchange.send({ method: 'GET', path, headers: credentials, body: null });
  return text.slice(0, 1_000);
}

function shown({ method, path, headers, body }: FuzzRequest): string {
  return JSON.stringify({ method, path, headers, body: body?.toString().slice(0, 2_000) ?? null });
}

function shownReply(reply: FuzzReply | Error): string {
  return reply instanceof Error ? String(reply) : `${reply.status} ${reply.text.slice(0, 500)}`;
}
