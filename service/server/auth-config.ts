import { BlockList, isIP } from 'node:net';
import { TokenSet } from '../api/auth/token-set.ts';
import { Problem } from '../base/problem.ts';
import { authVariables } from './auth-variables.ts';
import type { ConfigVariable } from './config-variable.ts';

/** The values of the variables that say who may come in; null = unset, or not readable. */
export interface AuthValues {
  readonly host: string | null;
  readonly auth: 'none' | 'token' | 'jwt' | 'keystone' | null;
  readonly allowUnauthenticated: boolean | null;
  readonly authTokensFile: string | null;
  readonly authTokens: string | null;
  readonly jwtIssuer: string | null;
  readonly jwtAudience: string | null;
  readonly jwtJwksUrl: string | null;
  readonly keystoneUrl: string | null;
  readonly keystoneCredentialId: string | null;
  readonly keystoneCredentialSecret: string | null;
}

/** What is wrong with them together, a line each. Never shows a value that is a secret. */
export function authProblems(values: AuthValues): readonly string[] {
  const { host, auth, allowUnauthenticated } = values;
  switch (auth) {
    case 'none':
      if (host === null || allowUnauthenticated || isLoopback(host)) return [];
      return [
        `CONGRESS_AUTH is none and CONGRESS_HOST is ${host}: everybody who reaches the port could do everything. Choose a mode (docs/SECURITY.md), listen on 127.0.0.1, or set CONGRESS_ALLOW_UNAUTHENTICATED=true where something else keeps others away`,
      ];
    case 'token':
      return tokenProblems(values);
    case 'jwt':
      return missing(values, 'jwt', ['jwtIssuer', 'jwtAudience', 'jwtJwksUrl']);
    case 'keystone':
      return keystoneProblems(values);
    default:
      return [];
  }
}

const secrets: readonly ConfigVariable<unknown>[] = [
  authVariables.authTokens,
  authVariables.keystoneCredentialSecret,
];

/** Whether the value must not be shown. */
export function isSecret(variable: ConfigVariable<unknown>): boolean {
  return secrets.some(({ name }) => name === variable.name);
}

function tokenProblems({ authTokensFile, authTokens }: AuthValues): readonly string[] {
  if ((authTokensFile === null) === (authTokens === null)) {
    return ['CONGRESS_AUTH is token; allowed is one of CONGRESS_AUTH_TOKENS_FILE and CONGRESS_AUTH_TOKENS'];
  }
  if (authTokens === null) return [];
  try {
    TokenSet.parse(authTokens);
    return [];
  } catch (error) {
    if (error instanceof Problem) return [`CONGRESS_AUTH_TOKENS: ${error.message}`];
    throw error;
  }
}

function keystoneProblems(values: AuthValues): readonly string[] {
  const { keystoneCredentialId, keystoneCredentialSecret } = values;
  const problems = [...missing(values, 'keystone', ['keystoneUrl'])];
  if ((keystoneCredentialId === null) !== (keystoneCredentialSecret === null)) {
    problems.push(
      'CONGRESS_KEYSTONE_CREDENTIAL_ID and CONGRESS_KEYSTONE_CREDENTIAL_SECRET belong together: set both or none',
    );
  }
  return problems;
}

function missing(
  values: AuthValues,
  mode: string,
  keys: readonly (keyof AuthValues & keyof typeof authVariables)[],
): readonly string[] {
  return keys
    .filter((key) => values[key] === null)
    .map((key) => `${authVariables[key].name} is not set; CONGRESS_AUTH=${mode} needs it`);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Nobody else can connect to it. A name other than `localhost` may lead anywhere. */
function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const version = isIP(host);
  return version !== 0 && loopback.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
