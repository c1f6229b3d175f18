import { InvalidTokens, TokenSet } from '../../../service/api/auth/token-set.ts';
import { ApiServer } from '../api-server.ts';
import { FakeReplica } from '../fake-replica.ts';
import { bearer, sha256, tokenSecurity, tokensText } from './tokens.ts';

describe('a set of tokens', () => {
  it('knows whose a token is, and nobody else', () => {
    const tokens = TokenSet.parse(tokensText());
    expect(tokens.find('a-reader', 0)?.id).toBe('token:a-reader');
    expect(tokens.find('a-reade', 0)).toBeNull();
    expect(tokens.find(sha256('a-reader'), 0)).toBeNull();
    expect(tokens.find('', 0)).toBeNull();
  });

  it('takes no token whose digest only begins like one that is known', () => {
    const alike = `${sha256('guess').slice(0, 8)}${'0'.repeat(56)}`;
    const tokens = TokenSet.parse(
      JSON.stringify({ tokens: [{ name: 'a', sha256: alike, roles: ['admin'] }] }),
    );
    expect(tokens.find('guess', 0)).toBeNull();
  });

  it('keeps the old and the new token of one name side by side', () => {
    const entry = (token: string) => ({ name: 'ci', sha256: sha256(token), roles: ['editor'] });
    const tokens = TokenSet.parse(JSON.stringify({ tokens: [entry('old'), entry('new')] }));
    expect([tokens.find('old', 0)?.id, tokens.find('new', 0)?.id]).toEqual(['token:ci', 'token:ci']);
  });

  it('forgets a token at its expiry', () => {
    const expiresAt = '2030-01-01T00:00:00Z';
    const text = JSON.stringify({
      tokens: [{ name: 'x', sha256: sha256('t'), roles: ['reader'], expiresAt }],
    });
    const tokens = TokenSet.parse(text);
    expect(tokens.find('t', Date.parse(expiresAt) - 1)).not.toBeNull();
    expect(tokens.find('t', Date.parse(expiresAt))).toBeNull();
  });

  it.each([
    ['no JSON', 'x', 'it is no JSON'],
    ['no list', '{}', 'tokens'],
    ['a token in clear', '{"tokens":[{"name":"a","token":"t","roles":["reader"]}]}', 'tokens.0'],
    ['a digest in capitals', token({ sha256: 'A'.repeat(64) }), 'tokens.0.sha256 must be 64 hexadecimal'],
    ['an unknown role', token({ roles: ['king'] }), 'tokens.0.roles allowed are'],
    ['a pusher to nowhere', token({ roles: ['pusher'] }), 'tokens.0.roles allowed are'],
    ['no role', token({ roles: [] }), 'tokens.0.roles'],
    ['a name that breaks lines', token({ name: 'a\nb' }), 'tokens.0.name must be'],
    ['a time that is none', token({ expiresAt: 'soon' }), 'tokens.0.expiresAt'],
  ])('refuses %s, and says where', (_, text, reason) => {
    expect(() => TokenSet.parse(text)).toThrow(InvalidTokens);
    expect(() => TokenSet.parse(text)).toThrow(reason);
  });
});

function token(other: object): string {
  return JSON.stringify({ tokens: [{ name: 'a', sha256: 'a'.repeat(64), roles: ['reader'], ...other }] });
}

describe('mode token', () => {
  let server: ApiServer;

  beforeAll(async () => {
    server = await ApiServer.overReplica(new FakeReplica(), tokenSecurity());
  });
  afterAll(() => server.close());

  it.each([
    [{ authorization: 'Bearer a-reader' }, 200],
    [{ authorization: 'bearer   a-reader' }, 200],
    [{ 'x-auth-token': 'a-reader' }, 200],
    // What Congress's client sends goes first.
    [{ 'x-auth-token': 'a-reader', authorization: 'Bearer nonsense' }, 200],
    [{ 'x-auth-token': 'nonsense', authorization: 'Bearer a-reader' }, 401],
    [{}, 401],
    [{ authorization: 'Bearer' }, 401],
    [{ authorization: 'Bearer ' }, 401],
    [{ authorization: 'Bearer a-reader extra' }, 401],
    [{ authorization: 'Basic YTpi' }, 401],
    [{ authorization: 'a-reader' }, 401],
    [{ 'x-auth-token': '' }, 401],
    [{ 'x-auth-token': 'x'.repeat(13_000) }, 401],
    [{ 'x-amzn-oidc-data': 'a-reader' }, 401],
  ])('takes the token from %j: %i', async (headers, status) => {
    expect((await server.get('/v1/policies', headers as Record<string, string>)).status).toBe(status);
  });

  it('tells the inside of the replica to readers only', async () => {
    expect((await server.get('/healthz')).json).toEqual({ status: 'ok', ready: true, draining: false });
    expect((await server.get('/healthz', bearer('a-pusher'))).json).not.toHaveProperty('version');
    expect((await server.get('/healthz', bearer('a-reader'))).json).toMatchObject({ version: '0' });
    expect((await server.get('/readyz')).json).toEqual({ ready: true });
    expect((await server.get('/readyz', bearer('a-reader'))).json).toEqual({ ready: true, reasons: [] });
  });
});
