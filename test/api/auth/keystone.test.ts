import { noSecurity } from '../../../service/api/api-security.ts';
import { CachedVerifier } from '../../../service/api/auth/cached-verifier.ts';
import type { HttpQuestion } from '../../../service/api/auth/http-client.ts';
import { KeystoneVerifier } from '../../../service/api/auth/keystone-verifier.ts';
import { AuthenticationUnavailable, NotAuthenticated } from '../../../service/api/auth/problems.ts';
import { roleMappingFrom } from '../../../service/api/auth/role-mapping.ts';
import { VerifyingAuthenticator } from '../../../service/api/auth/verifying-authenticator.ts';
import { silentLogger } from '../../../service/base/logger.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { ApiServer } from '../api-server.ts';
import { FakeReplica } from '../fake-replica.ts';
import { FakeHttp, silence } from './fake-http.ts';

const url = 'https://keystone.example:5000';
const mapping = roleMappingFrom('admin=admin,member=editor') ?? new Map();

/** A Keystone that knows some tokens by their roles, and one application credential. */
class FakeKeystone {
  readonly clock = new ManualClock();
  readonly http = new FakeHttp((question) => this.#answer(question));
  readonly roles = new Map([
    ['ann-token', ['member']],
    ['root-token', ['reader', 'admin']],
  ]);
  ownTokens = 0;
  revoked = new Set<string>();

  verifier(withCredential: boolean): KeystoneVerifier {
    return new KeystoneVerifier({
      url,
      credential: withCredential ? { id: 'us', secret: 's3cret' } : null,
      mapping,
      http: this.http,
      clock: this.clock,
      logger: silentLogger,
    });
  }

  cached(): CachedVerifier {
    const { clock } = this;
    return new CachedVerifier({ inner: this.verifier(true), clock, freshMs: 60_000, staleMs: 300_000 });
  }

  expiry(afterMs: number): string {
    return new Date(this.clock.nowMs() + afterMs).toISOString().replace(/\d\d\dZ$/, '000000Z');
  }

  #answer({ method, url: asked, headers = {}, body }: HttpQuestion) {
    expect(asked).toBe(`${url}/v3/auth/tokens?nocatalog`);
    if (method === 'POST') {
      expect(JSON.parse(body ?? '')).toEqual({
        auth: {
          identity: {
            methods: ['application_credential'],
            application_credential: { id: 'us', secret: 's3cret' },
          },
        },
      });
      this.ownTokens += 1;
      const token = { expires_at: this.expiry(3_600_000) };
      const own = new Map([['x-subject-token', `own-${this.ownTokens}`]]);
      return { status: 201, headers: own, text: JSON.stringify({ token }) };
    }
    const { 'X-Auth-Token': own = '', 'X-Subject-Token': subject = '' } = headers;
    if (this.revoked.has(own)) return { status: 401 };
    if (!own.startsWith('own-') && own !== subject) return { status: 403 };
    const roles = this.roles.get(subject);
    if (roles === undefined) return { status: own === subject ? 401 : 404 };
    const token = {
      expires_at: this.expiry(600_000),
      user: { id: subject.split('-')[0], name: 'x', domain: { id: 'default' } },
      roles: roles.map((name) => ({ id: 'r', name })),
    };
    return { text: JSON.stringify({ token }) };
  }
}

describe('a token of Keystone', () => {
  it('is validated with a token of our own, which is kept', async () => {
    const keystone = new FakeKeystone();
    const verifier = keystone.verifier(true);
    const { subject, expiresAtMs } = await verifier.verify('ann-token');
    expect(subject).toEqual({ id: 'keystone:ann', roles: new Set(['editor']), pushTo: new Set() });
    expect(expiresAtMs).toBe(keystone.clock.nowMs() + 600_000);
    expect((await verifier.verify('root-token')).subject.roles).toContain('operator');
    await expect(verifier.verify('unknown')).rejects.toThrow(NotAuthenticated);
    expect(keystone.ownTokens).toBe(1);
  });

  it('is validated again with a new one when ours has expired or was revoked', async () => {
    const keystone = new FakeKeystone();
    const verifier = keystone.verifier(true);
    await verifier.verify('ann-token');
    keystone.revoked.add('own-1');
    await expect(verifier.verify('ann-token')).resolves.toBeDefined();
    expect(keystone.ownTokens).toBe(2);
    await keystone.clock.advance(3_600_000);
    await expect(verifier.verify('ann-token')).resolves.toBeDefined();
    expect(keystone.ownTokens).toBe(3);
  });

  it('vouches for itself where we have no credential', async () => {
    const keystone = new FakeKeystone();
    const verifier = keystone.verifier(false);
    expect((await verifier.verify('ann-token')).subject.id).toBe('keystone:ann');
    await expect(verifier.verify('unknown')).rejects.toThrow(NotAuthenticated);
    expect(keystone.ownTokens).toBe(0);
  });

  it('is not refused when our own credential is: that is our fault, 503', async () => {
    const keystone = new FakeKeystone();
    keystone.http.respond = () => ({ status: 401 });
    await expect(keystone.verifier(true).verify('ann-token')).rejects.toThrow(AuthenticationUnavailable);
  });

  it.each(['{}', 'not json', '{"token":{"user":{}}}', '{"token":{"user":{"id":"a"},"expires_at":"soon"}}'])(
    'is answered with 503 when Keystone says %s',
    async (text) => {
      const keystone = new FakeKeystone();
      keystone.http.respond = () => ({ text });
      await expect(keystone.verifier(false).verify('x')).rejects.toThrow(AuthenticationUnavailable);
    },
  );
});

describe('a Keystone that does not answer', () => {
  it('is left alone after five failures, and asked once again after a pause', async () => {
    const keystone = new FakeKeystone();
    const verifier = keystone.verifier(false);
    keystone.http.respond = silence;
    for (let index = 0; index < 20; index += 1) {
      await expect(verifier.verify(`t${index}`)).rejects.toThrow(AuthenticationUnavailable);
    }
    expect(keystone.http.asked).toHaveLength(5);
    await keystone.clock.advance(5_000);
    await Promise.allSettled(['a', 'b', 'c'].map((token) => verifier.verify(token)));
    expect(keystone.http.asked).toHaveLength(6);
  });

  it('is not counted as away because of tokens that are not valid', async () => {
    const keystone = new FakeKeystone();
    const verifier = keystone.verifier(true);
    for (let index = 0; index < 20; index += 1) {
      await expect(verifier.verify(`t${index}`)).rejects.toThrow(NotAuthenticated);
    }
    await expect(verifier.verify('ann-token')).resolves.toBeDefined();
  });
});

describe('what was found out about a token', () => {
  it('is remembered for a minute, whether it is valid or not', async () => {
    const keystone = new FakeKeystone();
    const cached = keystone.cached();
    const first = cached.check('ann-token');
    expect(cached.check('ann-token')).toBe(first);
    await first;
    const asked = keystone.http.asked.length;
    expect(cached.check('ann-token')).toMatchObject({ id: 'keystone:ann' });
    await expect(cached.check('wrong')).rejects.toThrow(NotAuthenticated);
    expect(() => cached.check('wrong')).toThrow(NotAuthenticated);
    expect(keystone.http.asked).toHaveLength(asked + 1);
    keystone.roles.delete('ann-token');
    await keystone.clock.advance(60_000);
    await expect(cached.check('ann-token')).rejects.toThrow(NotAuthenticated);
  });

  it('still holds for five minutes while Keystone is away, for tokens it has vouched for', async () => {
    const keystone = new FakeKeystone();
    const cached = keystone.cached();
    await cached.check('ann-token');
    keystone.http.respond = silence;
    await keystone.clock.advance(299_000);
    await expect(cached.check('ann-token')).resolves.toMatchObject({ id: 'keystone:ann' });
    await expect(cached.check('root-token')).rejects.toThrow(AuthenticationUnavailable);
    await keystone.clock.advance(2_000);
    await expect(cached.check('ann-token')).rejects.toThrow(AuthenticationUnavailable);
  });

  it('never outlives the token', async () => {
    const keystone = new FakeKeystone();
    const clock = keystone.clock;
    const inner = keystone.verifier(true);
    const cached = new CachedVerifier({ inner, clock, freshMs: 3_600_000, staleMs: 3_600_000 });
    await cached.check('ann-token');
    clock.stall(600_000);
    expect(() => cached.check('ann-token')).toThrow(NotAuthenticated);
  });
});

describe('mode keystone', () => {
  it('asks for a token as keystonemiddleware does, and takes that of Congress clients', async () => {
    const keystone = new FakeKeystone();
    const authenticator = new VerifyingAuthenticator({
      challenge: `Keystone uri="${url}"`,
      tokens: keystone.cached(),
    });
    const server = await ApiServer.overReplica(new FakeReplica(), {
      security: { ...noSecurity, authenticator },
    });
    try {
      const refused = await server.get('/v1/policies');
      expect(refused.status).toBe(401);
      expect(refused.headers['www-authenticate']).toBe(`Keystone uri="${url}"`);
      for (const [token, status] of [
        ['ann-token', 200],
        ['ann-token', 200],
        ['nobody', 401],
      ] as const) {
        expect((await server.get('/v1/policies', { 'x-auth-token': token })).status).toBe(status);
      }
      expect((await server.get('/v1/system/replicas', { 'x-auth-token': 'ann-token' })).status).toBe(403);
      keystone.http.respond = silence;
      const away = await server.get('/v1/policies', { 'x-auth-token': 'root-token' });
      expect([away.status, away.headers['retry-after']]).toEqual([503, '5']);
      expect(away.json.error.message).not.toContain('ECONNREFUSED');
    } finally {
      await server.close();
    }
  });
});
