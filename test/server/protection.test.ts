import { connect, type Socket } from 'node:net';
import { silentLogger } from '../../service/base/logger.ts';
import { readConfig } from '../../service/server/config.ts';
import { systemClock } from '../../service/server/system-clock.ts';
import { systemRandom } from '../../service/server/system-random.ts';
import { type RunningReplica, startReplica } from '../../service/server/wire.ts';
import { sha256 } from '../api/auth/tokens.ts';

const digest = sha256('s3cret');
const environment = {
  CONGRESS_STORE: 'memory',
  CONGRESS_HOST: '127.0.0.1',
  CONGRESS_PORT: '0',
  CONGRESS_DRAIN_MS: '0',
  CONGRESS_AUTH: 'token',
  CONGRESS_AUTH_TOKENS: `{"tokens":[{"name":"a","sha256":"${digest}","roles":["admin"]}]}`,
  CONGRESS_HEADERS_TIMEOUT_MS: '150',
  CONGRESS_REQUEST_TIMEOUT_MS: '2000',
  CONGRESS_HEADER_BYTES_MAX: '8192',
  CONGRESS_CONNECTIONS_MAX: '10',
  // More than a busy machine makes of itself, less than `pressure` does.
  CONGRESS_LOOP_DELAY_MS_MAX: '200',
  CONGRESS_RULES_PER_POLICY_MAX: '2',
  CONGRESS_RULE_LENGTH_MAX: '100',
};
const ports = {
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
  version: '1.2.3',
  libraryFolder: null,
};
const known = { 'x-auth-token': 's3cret' };

/** Keeps the event loop busy, half a second at a time, until it is stopped. */
function pressure(): () => void {
  let pressing = true;
  const turn = (): void => {
    const end = performance.now() + 500;
    while (performance.now() < end);
    if (pressing) setImmediate(turn);
  };
  turn();
  return () => {
    pressing = false;
  };
}

describe('a replica on a network', () => {
  let replica: RunningReplica;
  let url: string;

  beforeAll(async () => {
    replica = await startReplica(readConfig(environment), ports);
    url = `http://127.0.0.1:${replica.port}`;
    while ((await fetch(`${url}/readyz`)).status !== 200)
      await new Promise((resolve) => setImmediate(resolve));
  });
  afterAll(async () => {
    expect(await replica.shutdown.begin('test')).toBe(0);
  });

  function opened(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(replica.port, '127.0.0.1', () => resolve(socket)).on('error', reject);
    });
  }

  /** Everything that the server says until it closes. */
  function heard(socket: Socket): Promise<string> {
    return new Promise((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
  }

  it('asks who it is, and shows neither its make nor its version to strangers', async () => {
    const stranger = await fetch(`${url}/v1/policies`);
    expect(stranger.status).toBe(401);
    expect((await fetch(`${url}/v1/policies`, { headers: known })).status).toBe(200);
    for (const path of ['/', '/v1/policies', '/healthz', '/readyz', '/nothing']) {
      const reply = await fetch(`${url}${path}`);
      const told = [...reply.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
      expect(`${told}\n${await reply.text()}`).not.toMatch(/x-powered-by|express|node\/|server:|1\.2\.3/i);
    }
  });

  it('tells browsers to guess, frame, run and keep nothing', async () => {
    const { headers } = await fetch(`${url}/v1/policies`, { headers: known });
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, no-cache',
    });
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('hangs up on who sends the header lines too slowly', async () => {
    const socket = await opened();
    const startedMs = performance.now();
    socket.write('GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(await heard(socket)).toMatch(/^HTTP\/1\.1 408 /);
    // Before the time of a whole request is over.
    expect(performance.now() - startedMs).toBeLessThan(1_900);
  });

  it('hangs up on who sends the body too slowly', async () => {
    const socket = await opened();
    const head = `POST /v1/policies HTTP/1.1\r\nHost: x\r\nX-Auth-Token: s3cret\r\nContent-Length: 50`;
    socket.write(`${head}\r\n\r\n{`);
    expect(await heard(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('refuses more header lines than it may get', async () => {
    const socket = await opened();
    socket.write(`GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(9_000)}\r\n\r\n`);
    expect(await heard(socket)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('holds no more connections than it may', async () => {
    const sockets = await Promise.all(Array.from({ length: 14 }, opened));
    const closed = await Promise.race(sockets.map((socket) => heard(socket)));
    expect(closed).toBe('');
    for (const socket of sockets) socket.destroy();
    await Promise.all(sockets.map((socket) => (socket.closed ? null : heard(socket))));
  });

  it('refuses a rule that is too long, and one too many', async () => {
    const post = async (path: string, body: unknown) => {
      const headers = { ...known, 'content-type': 'application/json' };
      const reply = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return [reply.status, ((await reply.json()) as { error?: { message: string } }).error?.message];
    };
    const rules = '/v1/policies/classification/rules';
    expect(await post(rules, { rule: `p("${'x'.repeat(100)}")` })).toEqual([
      400,
      'Bad Request::the text of a rule has at most 100 characters',
    ]);
    expect((await post(rules, { rule: 'p(1)' }))[0]).toBe(201);
    expect((await post(rules, { rule: 'p(2)' }))[0]).toBe(201);
    const full = [413, 'Request Entity Too Large::a policy has at most 2 rules'];
    expect(await post(rules, { rule: 'p(3)' })).toEqual(full);
    const three = [1, 2, 3].map((value) => ({ rule: `p(${value})` }));
    expect(await post('/v1/policies', { name: 'three', rules: three })).toEqual(full);
  });

  it('under pressure sheds what it can, and goes on saying that it lives', async () => {
    const release = pressure();
    try {
      const statuses: number[] = [];
      while (!statuses.includes(503)) {
        const reply = await fetch(`${url}/v1/policies`, { headers: known });
        statuses.push(reply.status);
        if (reply.status === 503) expect(reply.headers.get('retry-after')).toBe('1');
      }
      expect((await fetch(`${url}/livez`)).status).toBe(200);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    } finally {
      release();
    }
    while ((await fetch(`${url}/v1/policies`, { headers: known })).status === 503)
      await new Promise((resolve) => setImmediate(resolve));
  });
});
