import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { AlbVerifier } from '../../../service/api/auth/alb-verifier.ts';
import type { Verifier } from '../../../service/api/auth/cached-verifier.ts';
import { JwtVerifier } from '../../../service/api/auth/jwt-verifier.ts';
import { KeySet } from '../../../service/api/auth/key-set.ts';
import { AuthenticationUnavailable, NotAuthenticated } from '../../../service/api/auth/problems.ts';
import { roleMappingFrom } from '../../../service/api/auth/role-mapping.ts';
import { silentLogger } from '../../../service/base/logger.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { FakeHttp, silence } from './fake-http.ts';

const issuer = 'https://issuer.example';
const audience = 'congress';
const mapping = roleMappingFrom('policy-admin=admin,staff=reader,ci=reader+pusher:inventory') ?? new Map();

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

async function jwks(keys: Readonly<Record<string, Pair>>): Promise<string> {
  const all = Object.entries(keys).map(async ([kid, { publicKey }]) => ({
    ...(await exportJWK(publicKey)),
    kid,
    use: 'sig',
  }));
  return JSON.stringify({ keys: await Promise.all(all) });
}

/** Signed with `key`; members that are undefined are left out. */
function signed(
  key: Pair,
  claims: JWTPayload = {},
  header: { readonly alg?: string; readonly kid?: string } = {},
): Promise<string> {
  const payload = { iss: issuer, aud: audience, sub: 'ann', exp: nowSeconds() + 600, ...claims };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
    .sign(key.privateKey);
}

const clock = new ManualClock();
const nowSeconds = (): number => Math.floor(clock.nowMs() / 1_000);

describe('a JSON web token', () => {
  let one: Pair;
  let two: Pair;
  let http: FakeHttp;
  let verifier: Verifier;

  beforeAll(async () => {
    [one, two] = await Promise.all([
      generateKeyPair('ES256', { extractable: true }),
      generateKeyPair('ES256', { extractable: true }),
    ]);
  });

  beforeEach(async () => {
    const text = await jwks({ one });
    http = new FakeHttp(() => ({ text }));
    const keys = new KeySet({ url: `${issuer}/keys`, http, clock, logger: silentLogger });
    verifier = new JwtVerifier({
      keys,
      issuer,
      audience,
      algorithms: ['ES256'],
      rolesClaim: 'realm.roles',
      mapping,
      clock,
    });
  });

  it('tells who it is and what was granted', async () => {
    const token = await signed(one, { realm: { roles: ['ci', 'unmapped'] } });
    const { subject, expiresAtMs } = await verifier.verify(token);
    expect(subject).toEqual({
      id: 'jwt:ann',
      roles: new Set(['reader', 'pusher']),
      pushTo: new Set(['inventory']),
    });
    expect(expiresAtMs).toBe((nowSeconds() + 630) * 1_000);
  });

  it.each<[string, JWTPayload]>([
    ['of another issuer', { iss: 'https://other.example' }],
    ['for another service', { aud: 'other' }],
    ['without audience', { aud: undefined as never }],
    ['that has expired', { exp: nowSeconds() - 31 }],
    ['without expiry', { exp: undefined as never }],
    ['that is not valid yet', { nbf: nowSeconds() + 60 }],
    ['without subject', { sub: undefined as never }],
  ])('%s is refused', async (_, claims) => {
    await expect(verifier.verify(await signed(one, claims))).rejects.toThrow(NotAuthenticated);
  });

  it('with a clock that is a little wrong is accepted', async () => {
    const token = await signed(one, { exp: nowSeconds() - 20, nbf: nowSeconds() + 20 });
    await expect(verifier.verify(token)).resolves.toMatchObject({ subject: { id: 'jwt:ann' } });
  });

  it('signed by somebody else with the same key id is refused', async () => {
    await expect(verifier.verify(await signed(two))).rejects.toThrow(NotAuthenticated);
  });

  it('whose payload was changed is refused', async () => {
    const [head, , signature] = (await signed(one)).split('.');
    const payload = Buffer.from(
      JSON.stringify({ iss: issuer, aud: audience, sub: 'eve', exp: nowSeconds() + 600 }),
    ).toString('base64url');
    await expect(verifier.verify(`${head}.${payload}.${signature}`)).rejects.toThrow(NotAuthenticated);
  });

  it('with no signature, or one made with the public key as a secret, is refused', async () => {
    const claims = { iss: issuer, aud: audience, sub: 'eve', exp: nowSeconds() + 600 };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const none = `${part({ alg: 'none' })}.${part(claims)}.`;
    await expect(verifier.verify(none)).rejects.toThrow(NotAuthenticated);
    const secret = Buffer.from(await exportSPKI(one.publicKey));
    const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret);
    await expect(verifier.verify(confused)).rejects.toThrow(NotAuthenticated);
  });

  it('signed with an algorithm that is not configured is refused', async () => {
    const rsa = await generateKeyPair('RS256', { extractable: true });
    const text = await jwks({ one, rsa });
    http.respond = () => ({ text });
    const token = await signed(rsa, {}, { alg: 'RS256', kid: 'rsa' });
    await expect(verifier.verify(token)).rejects.toThrow(NotAuthenticated);
  });

  it.each(['', 'x', 'a.b.c', '..', `${'e'.repeat(5_000)}.x.y`])(
    'that is none (%j) is refused',
    async (text) => {
      await expect(verifier.verify(text)).rejects.toThrow(NotAuthenticated);
    },
  );

  it('asks for the keys once, and for new ones when the issuer has changed them', async () => {
    const first = await signed(one);
    await Promise.all([verifier.verify(first), verifier.verify(first)]);
    expect(http.asked).toHaveLength(1);
    const text = await jwks({ one, two });
    http.respond = () => ({ text });
    await clock.advance(30_000);
    const rotated = await signed(two, {}, { kid: 'two' });
    await expect(verifier.verify(rotated)).resolves.toBeDefined();
    expect(http.asked).toHaveLength(2);
  });

  it('with made-up key ids makes us ask at most once in half a minute', async () => {
    await verifier.verify(await signed(one));
    for (let index = 0; index < 20; index += 1) {
      const token = await signed(two, {}, { kid: `made-up-${index}` });
      await expect(verifier.verify(token)).rejects.toThrow(NotAuthenticated);
    }
    expect(http.asked.length).toBeLessThanOrEqual(2);
  });

  it('is refused some time after its key was withdrawn', async () => {
    await verifier.verify(await signed(one));
    const text = await jwks({ two });
    http.respond = () => ({ text });
    await clock.advance(10 * 60_000 + 1);
    // The renewal goes on beside this one.
    await verifier.verify(await signed(one));
    await clock.settle();
    await expect(verifier.verify(await signed(one))).rejects.toThrow(NotAuthenticated);
  });

  it('goes on being accepted while the issuer does not answer, for a day', async () => {
    await verifier.verify(await signed(one));
    http.respond = silence;
    await clock.advance(23 * 3_600_000);
    await expect(verifier.verify(await signed(one))).resolves.toBeDefined();
    await clock.advance(2 * 3_600_000);
    await expect(verifier.verify(await signed(one))).rejects.toThrow(AuthenticationUnavailable);
  });

  it('is not refused but answered with 503 when the issuer has never answered', async () => {
    http.respond = silence;
    await expect(verifier.verify(await signed(one))).rejects.toThrow(AuthenticationUnavailable);
  });
});

describe('the claims header of a load balancer', () => {
  const signer =
    'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/congress/0123456789abcdef';
  const kid = '12345678-1234-1234-1234-123456789012';
  let pair: Pair;
  let http: FakeHttp;
  let verifier: Verifier;

  beforeAll(async () => {
    pair = await generateKeyPair('ES256', { extractable: true });
  });

  beforeEach(async () => {
    const text = await exportSPKI(pair.publicKey);
    http = new FakeHttp(() => ({ text }));
    verifier = new AlbVerifier({ signers: [signer], rolesClaim: 'roles', mapping, http, clock });
  });

  /** As AWS makes it: expiry in the header, base64url with padding. */
  async function claims(header: object = {}, payload: object = {}): Promise<string> {
    const part = (value: object) => {
      const text = Buffer.from(JSON.stringify(value)).toString('base64url');
      return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
    };
    const head = { typ: 'JWT', kid, alg: 'ES256', iss: issuer, client: 'c', signer, exp: nowSeconds() + 120 };
    const text = `${part({ ...head, ...header })}.${part({ sub: 'ann', roles: ['staff'], ...payload })}`;
    const signature = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      pair.privateKey as never,
      Buffer.from(text),
    );
    return `${text}.${Buffer.from(signature).toString('base64url')}==`;
  }

  it('tells who it is, by the key that AWS publishes for the region', async () => {
    const { subject } = await verifier.verify(await claims());
    expect(subject).toMatchObject({ id: 'alb:ann', roles: new Set(['reader']) });
    await verifier.verify(await claims());
    expect(http.asked.map(({ url }) => url)).toEqual([
      `https://public-keys.auth.elb.eu-west-1.amazonaws.com/${kid}`,
    ]);
  });

  it.each<[string, object, object]>([
    ['signed for another balancer', { signer: signer.replace('congress', 'other') }, {}],
    ['without signer', { signer: undefined }, {}],
    ['that has expired', { exp: nowSeconds() - 31 }, {}],
    ['without expiry', { exp: undefined }, {}],
    ['of another algorithm', { alg: 'HS256' }, {}],
    ['whose key id leads elsewhere', { kid: '../../evil' }, {}],
    ['without subject', {}, { sub: '' }],
  ])('%s is refused', async (_, header, payload) => {
    await expect(verifier.verify(await claims(header, payload))).rejects.toThrow(NotAuthenticated);
    expect(http.asked.length).toBeLessThanOrEqual(1);
  });

  it('signed by somebody else is refused', async () => {
    const text = await exportSPKI((await generateKeyPair('ES256', { extractable: true })).publicKey);
    http.respond = () => ({ text });
    await expect(verifier.verify(await claims())).rejects.toThrow(NotAuthenticated);
  });

  it('with a key that AWS does not know is refused; while AWS does not answer it is 503', async () => {
    http.respond = () => ({ status: 403 });
    await expect(verifier.verify(await claims())).rejects.toThrow(NotAuthenticated);
    http.respond = silence;
    await expect(verifier.verify(await claims())).rejects.toThrow(AuthenticationUnavailable);
  });
});
