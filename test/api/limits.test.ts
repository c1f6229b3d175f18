import { noSecurity } from '../../service/api/api-security.ts';
import { LoadShedder } from '../../service/api/limits/load-shedder.ts';
import { Overloaded } from '../../service/api/limits/problems.ts';
import { TokenBuckets } from '../../service/api/limits/token-buckets.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ApiServer } from './api-server.ts';
import { bearer, tokenSecurity } from './auth/tokens.ts';
import { FakeReplica } from './fake-replica.ts';

describe('a token bucket', () => {
  it('lets a burst through, then so many a second, for each client by itself', () => {
    const clock = new ManualClock();
    const buckets = new TokenBuckets({ clock, perSecond: 10, burst: 3 });
    expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0]);
    expect(buckets.take('a')).toBe(100);
    expect(buckets.take('b')).toBe(0);
    clock.stall(100);
    expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 100]);
    clock.stall(60_000);
    expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 100]);
  });

  it('does not fill while a client goes on asking too early', () => {
    const clock = new ManualClock();
    const buckets = new TokenBuckets({ clock, perSecond: 1, burst: 1 });
    buckets.take('a', 10);
    expect(buckets.peek('a')).toBe(2_000);
    clock.stall(1_000);
    expect(buckets.peek('a')).toBe(1_000);
    clock.stall(1_000);
    expect(buckets.take('a')).toBe(0);
  });

  it('lets everything through at 0 a second', () => {
    const buckets = new TokenBuckets({ clock: new ManualClock(), perSecond: 0, burst: 1 });
    expect([1, 2, 3].map(() => buckets.take('a', 100))).toEqual([0, 0, 0]);
  });
});

describe('a load shedder', () => {
  const limits = { requestsMax: 2, heavyRequestsMax: 1, bodyBytesMax: 10, loopDelayMsMax: 100 };

  it('gives a place back once, however often it is left', () => {
    const shedder = new LoadShedder({ limits, gauge: { loopDelayMs: () => 0 } });
    const [first] = [shedder.enter(), shedder.enter()];
    expect(() => shedder.enter()).toThrow(Overloaded);
    first.leave();
    first.leave();
    shedder.enter();
    expect(() => shedder.enter()).toThrow(Overloaded);
  });

  it('refuses bytes that do not fit beside those that are held', () => {
    const shedder = new LoadShedder({ limits, gauge: { loopDelayMs: () => 0 } });
    shedder.holdBytes(6);
    expect(() => shedder.holdBytes(5)).toThrow(Overloaded);
    shedder.letGoBytes(6);
    shedder.holdBytes(10);
  });
});

describe('overload', () => {
  const load = { requestsMax: 3, heavyRequestsMax: 1, bodyBytesMax: 1_000, loopDelayMsMax: 100 };
  let delayMs = 0;
  let release: () => void = () => {};
  let replica: FakeReplica;
  let server: ApiServer;

  beforeEach(async () => {
    delayMs = 0;
    replica = new FakeReplica();
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const pass = { stale: false };
    replica.pass = async ({ kind }) => (kind === 'bounded' ? pass : gate.then(() => pass));
    const gauge = { loopDelayMs: () => delayMs };
    server = await ApiServer.overReplica(replica, { security: { ...noSecurity, load, gauge } });
  });
  afterEach(async () => {
    release();
    await server.close();
  });

  async function expectShed(path = '/v1/policies'): Promise<void> {
    const reply = await server.get(path);
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '1']);
    expect(reply.json.error).toMatchObject({ error_code: 503 });
    for (const probe of ['/livez', '/readyz', '/healthz', '/metrics']) {
      expect([probe, (await server.get(probe)).status]).toEqual([probe, 200]);
    }
  }

  it('by requests at a time is answered with 503; what asks whether we live is not', async () => {
    const waiting = [1, 2, 3].map(() => server.get('/v1/policies'));
    while (replica.awaited.length < 3) await new Promise((resolve) => setImmediate(resolve));
    await expectShed();
    release();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await server.get('/v1/policies')).status).toBe(200);
  });

  it('by a late event loop is answered with 503, until it is in time again', async () => {
    release();
    delayMs = 101;
    await expectShed();
    delayMs = 100;
    expect((await server.get('/v1/policies')).status).toBe(200);
  });

  it('by bodies that are read at the same time is answered with 503', async () => {
    const reply = await server.post('/v1/policies', { name: 'x'.repeat(2_000) });
    expect(reply.status).toBe(503);
    expect(reply.json.error.message).toContain('too many long bodies');
    // What was held is let go, of the refused one too.
    for (let times = 0; times < 4; times += 1) {
      expect((await server.post('/v1/policies', { name: 5, other: 'x'.repeat(600) })).status).toBe(400);
    }
  });

  it('by heavy requests is answered with 503, while others are let in', async () => {
    const put = () => server.put('/v1/data-sources/ds/tables/t/rows', []);
    const first = put();
    while (replica.awaited.length < 1) await new Promise((resolve) => setImmediate(resolve));
    expect((await put()).status).toBe(503);
    expect((await server.get('/v1/policies', { 'congress-consistency': 'bounded' })).status).toBe(200);
    release();
    expect((await first).status).toBe(404);
    expect((await put()).status).toBe(404);
  });
});

describe('requests of one client', () => {
  it('are counted by subject; more than it may is answered with 429', async () => {
    const clientRequests = { perSecond: 1, burst: 3 };
    const server = await ApiServer.overReplica(new FakeReplica(), tokenSecurity({ clientRequests }));
    try {
      const statuses = async (token: string) => {
        const all = [];
        for (let index = 0; index < 5; index += 1) {
          all.push((await server.get('/v1/policies', bearer(token))).status);
        }
        return all;
      };
      expect(await statuses('a-reader')).toEqual([200, 200, 200, 429, 429]);
      expect(await statuses('an-editor')).toEqual([200, 200, 200, 429, 429]);
      const reply = await server.get('/v1/policies', bearer('a-reader'));
      expect(reply.headers['retry-after']).toBe('1');
      expect(reply.json.error).toMatchObject({
        message: 'Too Many Requests::this client makes more requests than it may',
        error_code: 429,
      });
      expect((await server.get('/readyz', bearer('a-reader'))).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it('with wrong credentials are counted by address, before the credentials are looked at', async () => {
    const { security } = tokenSecurity({ clientRequests: { perSecond: 1, burst: 20 } });
    let looked = 0;
    const { authenticator } = security;
    const counting = {
      ...security,
      authenticator: {
        challenge: authenticator.challenge,
        open: false,
        authenticate: (headers: Parameters<typeof authenticator.authenticate>[0]) => {
          looked += 1;
          return authenticator.authenticate(headers);
        },
      },
    };
    const server = await ApiServer.overReplica(new FakeReplica(), { security: counting });
    try {
      const statuses = [];
      for (let index = 0; index < 4; index += 1) {
        statuses.push((await server.get('/v1/policies', bearer('wrong'))).status);
      }
      expect(statuses).toEqual([401, 401, 429, 429]);
      expect(looked).toBe(2);
    } finally {
      await server.close();
    }
  });

  it.each<[boolean | readonly string[], readonly number[]]>([
    // Everybody behind the proxy is one client.
    [false, [200, 429]],
    [true, [200, 200]],
    [['127.0.0.1'], [200, 200]],
    [['10.0.0.0/8'], [200, 429]],
  ])('are told apart by X-Forwarded-For only behind trusted proxies (%j)', async (trustProxy, expected) => {
    const server = await ApiServer.overReplica(new FakeReplica(), {
      security: { ...noSecurity, clientRequests: { perSecond: 1, burst: 1 } },
      settings: { ...ApiServer.settings, trustProxy },
    });
    try {
      const from = async (address: string) =>
        (await server.get('/v1/policies', { 'x-forwarded-for': address })).status;
      expect([await from('192.0.2.1'), await from('192.0.2.2')]).toEqual(expected);
      // What a client claims stands left of what the proxy saw, and counts for nothing.
      expect(await from('198.51.100.99, 192.0.2.1')).toBe(429);
    } finally {
      await server.close();
    }
  });
});
