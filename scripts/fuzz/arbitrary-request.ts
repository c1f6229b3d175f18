import type { ArbitraryJson } from './arbitrary-json.ts';
import type { JsonSchema, Operation } from './operation.ts';

/** A request that some client might make. */
export interface FuzzRequest {
  readonly method: string;
  /** Encoded as far as an HTTP client must. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  readonly operation: Operation;
}

/** Draws a request for one of the operations; most are nearly right, which gets further than nonsense. */
export function arbitraryRequest(
  draw: ArbitraryJson,
  operations: readonly [Operation, ...Operation[]],
): FuzzRequest {
  const operation = draw.pick(operations);
  const method = draw.chance(0.04) ? draw.pick(methods) : operation.method;
  const body = method === 'GET' || method === 'HEAD' ? null : bodyOf(draw, operation.body);
  return {
    method,
    path: pathOf(draw, operation),
    headers: headersOf(draw, body),
    body,
    operation,
  };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'] as const;

/** Names that are there, so that requests get past the first look-up. */
const known = {
  policy: ['alice', 'classification', 'action', 'ds', 'none'],
  source: ['ds', 'other', 'none'],
  table: ['t', 'p', 'q', 'none'],
  driver: ['push', 'doctor', 'none'],
} as const;

function pathOf(draw: ArbitraryJson, { path, query }: Operation): string {
  const [route = '', action = ''] = path.split('?');
  const segments = route.split('/').map((segment) => {
    if (!segment.startsWith(':')) return segment;
    const names = known[segment.slice(1) as keyof typeof known] ?? ['x'];
    const name = draw.chance(0.7)
      ? draw.pick(names as readonly [string, ...string[]])
      : draw.text().slice(0, 400);
    return draw.chance(0.1) ? looselyEncoded(name) : encoded(name);
  });
  const strayed = draw.chance(0.03) ? [...segments, encoded(draw.text().slice(0, 100))] : segments;
  const parameters = query.filter(() => draw.chance(0.4)).map((name) => `${name}=${queryValue(draw)}`);
  if (draw.chance(0.05)) parameters.push(`${encoded(draw.text().slice(0, 50))}=${queryValue(draw)}`);
  if (action !== '' && draw.chance(0.97)) parameters.unshift(action);
  return `${strayed.join('/')}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`;
}

function queryValue(draw: ArbitraryJson): string {
  const value = draw.chance(0.5)
    ? draw.pick(['true', 'false', '1', '0', '', '-1'])
    : draw.text().slice(0, 200);
  return encoded(draw.chance(0.2) ? draw.numberText() : value);
}

function encoded(text: string): string {
  // A lone surrogate has no encoding.
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'));
}

/** Escapes that are none, and bytes that are no UTF-8. */
function looselyEncoded(text: string): string {
  return `${encoded(text)}%${text.length % 2 === 0 ? 'ff%fe' : 'zz'}`;
}

function headersOf(draw: ArbitraryJson, body: Buffer | null): Record<string, string> {
  const headers: Record<string, string> = {};
  if (body !== null && draw.chance(0.9)) {
    headers['content-type'] = draw.chance(0.9) ? 'application/json' : draw.pick(contentTypes);
  }
  for (const [name, values] of Object.entries(oddHeaders)) {
    if (draw.chance(0.06)) headers[name] = draw.chance(0.5) ? draw.pick(values) : headerValue(draw);
  }
  return headers;
}

const contentTypes = [
  'text/plain',
  'application/json; charset=utf-8',
  'application/json; charset=latin1',
  'application/json;;;',
  'APPLICATION/JSON',
  'multipart/form-data; boundary=x',
  '',
] as const;

/** Where our server looks, and where proxies and frameworks do. */
const oddHeaders: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'congress-consistency': ['bounded', 'linearizable', 'exact', ''],
  'congress-min-sequence': ['0', '1', '-1', '99999999', '1e3'],
  'idempotency-key': ['k', 'x'.repeat(201), 'a b'],
  'if-none-match': ['*', '"x"', 'W/"1"', '""'],
  'last-event-id': ['0', '-1', '1', 'x'],
  'accept-encoding': ['gzip', 'br;q=1.0, *;q=0', 'identity;q=0'],
  accept: ['text/html', '*/*', 'application/xml'],
  range: ['bytes=0-1', 'bytes=-1'],
  expect: ['100-continue'],
  'x-forwarded-for': ['1.2.3.4', '::1', 'unknown', '1.2.3.4, 5.6.7.8'],
  'x-forwarded-proto': ['https', 'javascript'],
  'x-forwarded-host': ['evil.example', 'a/b', ''],
  host: ['evil.example', 'a b', '[::1]:80', 'a/b?c#d'],
  authorization: ['Bearer x', 'Basic YTpi', 'Bearer', ''],
  'x-auth-token': ['x', '', 'null'],
  'x-amzn-oidc-data': ['a.b.c', ''],
  'x-http-method-override': ['DELETE'],
  cookie: ['a=b', '='],
};

/** Characters that a header may have: no line ends, nothing beyond one byte. */
function headerValue(draw: ArbitraryJson): string {
  return draw
    .text()
    .slice(0, 300)
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
    .trim();
}

function bodyOf(draw: ArbitraryJson, schema: JsonSchema | null): Buffer | null {
  if (draw.chance(0.03)) return null;
  if (draw.chance(0.02)) return Buffer.from([0x22, 0xff, 0xfe, draw.below(256), 0x22]);
  const text = schema === null || draw.chance(0.1) ? draw.jsonText() : shaped(draw, schema);
  return Buffer.from(draw.chance(0.08) ? draw.damaged(text) : text);
}

/** JSON text of that shape, in which every so often a part is of another one. */
function shaped(draw: ArbitraryJson, schema: JsonSchema, depth = 0): string {
  if (depth > 6 || draw.chance(0.08)) return draw.jsonText(2);
  const { anyOf, oneOf } = schema;
  const choices = anyOf ?? oneOf;
  if (choices !== undefined && choices.length > 0) {
    return shaped(draw, choices[draw.below(choices.length)] ?? {}, depth + 1);
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return JSON.stringify(schema.enum[draw.below(schema.enum.length)] ?? null);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[draw.below(schema.type.length)];
  if (type === 'array') {
    const items = Array.from({ length: draw.below(4) }, () => shaped(draw, schema.items ?? {}, depth + 1));
    return `[${items.join(',')}]`;
  }
  if (type === 'object') return shapedObject(draw, schema, depth);
  if (type === 'integer' || type === 'number') return draw.numberText();
  if (type === 'boolean') return draw.pick(['true', 'false']);
  if (type === 'null') return 'null';
  return type === 'string' ? JSON.stringify(draw.text()) : draw.jsonText(2);
}

/** What some members often are, so that more than a few requests are accepted; null: anything. */
function plausible(draw: ArbitraryJson, name: string): string | null {
  const known: Readonly<Record<string, () => string>> = {
    name: () => JSON.stringify(`n${draw.below(40)}`),
    rule: () => JSON.stringify(draw.ruleText()),
    query: () => JSON.stringify(draw.ruleText()),
    driver: () => '"push"',
    config: () => '{"tables":{"t":["a","b"]}}',
    action_policy: () => '"action"',
    kind: () => '"nonrecursive"',
    abbreviation: () => '"abc"',
    description: () => '"d"',
  };
  const value = Object.hasOwn(known, name) ? known[name] : undefined;
  return value !== undefined && draw.chance(0.6) ? value() : null;
}

function shapedObject(draw: ArbitraryJson, schema: JsonSchema, depth: number): string {
  const required = new Set(schema.required);
  const members = Object.entries(schema.properties ?? {})
    .filter(([name]) => draw.chance(required.has(name) ? 0.95 : 0.5))
    .map(
      ([name, member]) =>
        `${JSON.stringify(name)}:${plausible(draw, name) ?? shaped(draw, member, depth + 1)}`,
    );
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') {
    members.push(`${JSON.stringify(draw.text())}:${shaped(draw, additionalProperties, depth + 1)}`);
  }
  if (draw.chance(0.1)) members.push(`${JSON.stringify(draw.text())}:${draw.jsonText(1)}`);
  return `{${members.join(',')}}`;
}
