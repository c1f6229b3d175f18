import { type Environment, InvalidConfiguration, readConfig } from '../../service/server/config.ts';

const memory = { CONGRESS_STORE: 'memory' };
const digest = 'a'.repeat(64);

function problemsOf(environment: Environment): readonly string[] {
  try {
    readConfig({ ...memory, ...environment });
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
  return [];
}

describe('without authentication', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('%s may be listened on', (host) => {
    expect(problemsOf({ CONGRESS_HOST: host })).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '::ffff:10.0.0.1', 'myhost', '128.0.0.1'])(
    '%s is refused, unless that is said to be wanted',
    (host) => {
      expect(problemsOf({ CONGRESS_HOST: host })).toEqual([
        expect.stringMatching(/^CONGRESS_AUTH is none and CONGRESS_HOST is /),
      ]);
      expect(problemsOf({ CONGRESS_HOST: host, CONGRESS_ALLOW_UNAUTHENTICATED: 'true' })).toEqual([]);
    },
  );

  it('is what an empty environment says, so that is refused', () => {
    expect(problemsOf({})).toHaveLength(1);
  });
});

describe('each mode', () => {
  const jwt = {
    CONGRESS_AUTH: 'jwt',
    CONGRESS_JWT_ISSUER: 'https://issuer.example',
    CONGRESS_JWT_AUDIENCE: 'congress',
    CONGRESS_JWT_JWKS_URL: 'https://issuer.example/keys',
  };
  const keystone = { CONGRESS_AUTH: 'keystone', CONGRESS_KEYSTONE_URL: 'https://keystone.example:5000/' };
  const tokens = `{"tokens":[{"name":"a","sha256":"${digest}","roles":["reader"]}]}`;

  it.each<[Environment, readonly RegExp[]]>([
    [{ CONGRESS_AUTH: 'token', CONGRESS_AUTH_TOKENS: tokens }, []],
    [{ CONGRESS_AUTH: 'token', CONGRESS_AUTH_TOKENS_FILE: '/etc/congress/tokens.json' }, []],
    [{ CONGRESS_AUTH: 'token' }, [/one of CONGRESS_AUTH_TOKENS_FILE and CONGRESS_AUTH_TOKENS/]],
    [
      { CONGRESS_AUTH: 'token', CONGRESS_AUTH_TOKENS: tokens, CONGRESS_AUTH_TOKENS_FILE: 'x' },
      [/one of CONGRESS_AUTH_TOKENS_FILE and CONGRESS_AUTH_TOKENS/],
    ],
    [
      { CONGRESS_AUTH: 'token', CONGRESS_AUTH_TOKENS: '{"tokens":[{}]}' },
      [/CONGRESS_AUTH_TOKENS: .*tokens\.0\.name.*tokens\.0\.sha256.*tokens\.0\.roles/],
    ],
    [jwt, []],
    [{ ...jwt, CONGRESS_JWT_AUDIENCE: '' }, [/^CONGRESS_JWT_AUDIENCE is not set/]],
    [{ CONGRESS_AUTH: 'jwt' }, [/ISSUER/, /AUDIENCE/, /JWKS_URL/]],
    [{ ...jwt, CONGRESS_JWT_ALGORITHMS: 'HS256' }, [/^CONGRESS_JWT_ALGORITHMS is "HS256"/]],
    [{ ...jwt, CONGRESS_JWT_ALGORITHMS: 'none' }, [/^CONGRESS_JWT_ALGORITHMS is "none"/]],
    [{ ...jwt, CONGRESS_JWT_ALB_ARNS: 'arn:aws:s3:::x' }, [/^CONGRESS_JWT_ALB_ARNS is/]],
    [{ ...jwt, CONGRESS_AUTH_ROLES: 'admin=king' }, [/^CONGRESS_AUTH_ROLES is "admin=king"/]],
    [keystone, []],
    [{ CONGRESS_AUTH: 'keystone' }, [/^CONGRESS_KEYSTONE_URL is not set/]],
    [{ ...keystone, CONGRESS_KEYSTONE_CREDENTIAL_ID: 'abc' }, [/belong together/]],
  ])('says what is missing in %j', (environment, expected) => {
    expect(problemsOf(environment)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  it.each(['http://keystone.example', 'ftp://keystone.example', 'keystone'])(
    'sends no tokens to %s',
    (url) => {
      const problems = problemsOf({ ...keystone, CONGRESS_KEYSTONE_URL: url });
      expect(problems).toContainEqual(
        expect.stringMatching(/^CONGRESS_KEYSTONE_URL is .*; allowed is an https URL, or http on a loopback/),
      );
    },
  );

  it('takes the slash from the end of a URL', () => {
    expect(readConfig({ ...memory, ...keystone }).keystoneUrl).toBe('https://keystone.example:5000');
  });

  it('shows no secret, whatever is wrong with it', () => {
    const secret = 'hunter2';
    const text = JSON.stringify({ tokens: [{ name: 'a', secret, sha256: secret, roles: ['reader'] }] });
    const problems = problemsOf({ CONGRESS_AUTH: 'token', CONGRESS_AUTH_TOKENS: text });
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain(secret);
  });
});
