import type { ArbitraryJson } from './arbitrary-json.ts';

/** What is no request, or two in one, as smugglers and broken clients send it. */
export function arbitraryBytes(draw: ArbitraryJson): Buffer {
  const text = draw.pick(broken);
  if (draw.chance(0.5)) return Buffer.from(text, 'latin1');
  const bytes = Buffer.from(text, 'latin1');
  for (let count = draw.below(4); count >= 0; count -= 1) bytes[draw.below(bytes.length)] = draw.below(256);
  return bytes;
}

const post = 'POST /v1/policies HTTP/1.1\r\nHost: x\r\n';

const broken = [
  'GET / HTTP/9.9\r\n\r\n',
  'GET /v1/policies HTTP/1.1\r\n\r\n',
  'GET /v1/policies HTTP/1.0\r\n\r\n',
  'GET  /v1/policies HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET http://evil.example/v1/policies HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET * HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET // HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /v1/policies?%zz=%ff HTTP/1.1\r\nHost: x\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
  'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /v1/policies HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  `${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{"a":1}`,
  `${post}Content-Length: -1\r\n\r\n`,
  `${post}Content-Length: 99999999999999999999\r\n\r\n{}`,
  `${post}Content-Length: 10\r\n\r\n{}`,
  `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
  `${post}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}`,
  `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  `${post}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}GET /livez HTTP/1.1\r\nHost: x\r\n\r\n`,
  `GET /livez HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(2_100)}\r\n`,
  `GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
  'GET /livez HTTP/1.1\r\nHost: x\r\nX\u0000Y: z\r\n\r\n',
  'GET /livez HTTP/1.1\r\nHost : x\r\n\r\n',
  'GET /livez HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  '\r\n\r\n\r\n',
] as const satisfies readonly [string, ...string[]];
