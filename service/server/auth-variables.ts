import { z } from 'zod';
import { isBalancerArn } from '../api/auth/balancer-arn.ts';
import { type RoleMapping, roleMappingFrom } from '../api/auth/role-mapping.ts';
import {
  booleanVariable,
  type ConfigVariable,
  choiceVariable,
  textVariable,
  wholeNumberVariable,
} from './config-variable.ts';

/** Signatures by a key pair only: with a shared secret everybody who can check a token could make one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

const roleMapping: ConfigVariable<RoleMapping> = {
  name: 'CONGRESS_AUTH_ROLES',
  description:
    'Modes `jwt` and `keystone`: what the roles of a token grant here, for example `admin=admin,member=editor,ci=reader+pusher:inventory`. Other roles grant nothing.',
  allowed: '`<role there>=<role>[+<role>...]` separated by commas',
  fallback: 'admin=admin',
  schema: z.string().transform((text, context) => {
    const mapping = roleMappingFrom(text);
    if (mapping !== null) return mapping;
    context.addIssue({ code: 'custom' });
    return z.NEVER;
  }),
};

const jwtAlgorithms: ConfigVariable<readonly string[]> = {
  name: 'CONGRESS_JWT_ALGORITHMS',
  description: 'Mode `jwt`: the signatures that are accepted. Name only what the issuer uses.',
  allowed: `some of ${algorithms.map((name) => `\`${name}\``).join(' ')}, separated by commas`,
  fallback: 'RS256,ES256',
  schema: z
    .string()
    .transform((text) => text.split(','))
    .refine((names) => names.every((name) => algorithms.includes(name))),
};

const jwtAlbArns: ConfigVariable<readonly string[]> = {
  name: 'CONGRESS_JWT_ALB_ARNS',
  description:
    "Mode `jwt`: load balancers whose claims header (`x-amzn-oidc-data`) is believed, once its signature is verified. Unset: nobody's.",
  allowed: 'ARNs of Application Load Balancers separated by commas',
  fallback: null,
  schema: z
    .string()
    .transform((text) => text.split(','))
    .refine((arns) => arns.every(isBalancerArn)),
};

function urlVariable(facts: { readonly name: string; readonly description: string }): ConfigVariable<string> {
  return {
    ...facts,
    allowed: 'an https URL, or http on a loopback address',
    fallback: null,
    schema: z
      .string()
      .refine(isSafeUrl)
      .transform((text) => text.replace(/\/+$/, '')),
  };
}

/** Tokens and keys go over this connection. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}

function secretVariable(facts: {
  readonly name: string;
  readonly description: string;
}): ConfigVariable<string> {
  return textVariable({ ...facts, allowed: 'text', fallback: null, pattern: /^[\s\S]+$/ });
}

/** Who may come in: docs/SECURITY.md has the set-up of each mode. */
export const authVariables = {
  auth: choiceVariable({
    name: 'CONGRESS_AUTH',
    description:
      'How senders are authenticated (docs/SECURITY.md). `none` is refused unless `CONGRESS_HOST` is a loopback address or `CONGRESS_ALLOW_UNAUTHENTICATED` is `true`.',
    fallback: 'none',
    choices: ['none', 'token', 'jwt', 'keystone'],
  }),
  allowUnauthenticated: booleanVariable({
    name: 'CONGRESS_ALLOW_UNAUTHENTICATED',
    description:
      'Mode `none` on any address: everybody who reaches the port may do everything. Only where something else keeps others away.',
    fallback: 'false',
  }),
  authTokensFile: textVariable({
    name: 'CONGRESS_AUTH_TOKENS_FILE',
    description:
      'Mode `token`: a JSON file of token digests and roles (docs/SECURITY.md). It is read again when it changes; what cannot be used leaves the former tokens in force.',
    allowed: 'a path',
    fallback: null,
    pattern: /^[^\0]+$/,
  }),
  authTokens: secretVariable({
    name: 'CONGRESS_AUTH_TOKENS',
    description: 'Mode `token`: the same JSON itself, instead of a file. Changing it takes a restart.',
  }),
  authTokensReloadMs: wholeNumberVariable({
    name: 'CONGRESS_AUTH_TOKENS_RELOAD_MS',
    description: 'Mode `token`: time between two looks at the file, so how long a removed token still works.',
    fallback: '5000',
    unit: 'milliseconds',
    minimum: 100,
    maximum: 3_600_000,
  }),
  authRoles: roleMapping,
  authCacheMs: wholeNumberVariable({
    name: 'CONGRESS_AUTH_CACHE_MS',
    description:
      'Modes `jwt` and `keystone`: how long a token counts as valid without being checked again, so how long a revoked one still works.',
    fallback: '60000',
    unit: 'milliseconds',
    minimum: 0,
    maximum: 3_600_000,
  }),
  authStaleMs: wholeNumberVariable({
    name: 'CONGRESS_AUTH_STALE_MS',
    description:
      'Mode `keystone`: while Keystone does not answer, a token that it found valid this long ago is still accepted, never past its expiry. Others get 503.',
    fallback: '300000',
    unit: 'milliseconds',
    minimum: 0,
    maximum: 86_400_000,
  }),
  jwtIssuer: textVariable({
    name: 'CONGRESS_JWT_ISSUER',
    description: 'Mode `jwt`: the `iss` that tokens must have.',
    allowed: 'text, usually a URL',
    fallback: null,
    pattern: /^\S{1,512}$/,
  }),
  jwtAudience: textVariable({
    name: 'CONGRESS_JWT_AUDIENCE',
    description:
      'Mode `jwt`: the `aud` that tokens must have, so that tokens for other services are refused.',
    allowed: 'text',
    fallback: null,
    pattern: /^\S{1,512}$/,
  }),
  jwtJwksUrl: urlVariable({
    name: 'CONGRESS_JWT_JWKS_URL',
    description: 'Mode `jwt`: where the public keys of the issuer are (its `jwks_uri`).',
  }),
  jwtAlgorithms,
  jwtRolesClaim: textVariable({
    name: 'CONGRESS_JWT_ROLES_CLAIM',
    description:
      'Mode `jwt`: the claim with the roles; `a.b` is `b` inside `a`. A list of texts, or one text with spaces.',
    allowed: 'the name of a claim',
    fallback: 'roles',
    pattern: /^\S{1,128}$/,
  }),
  jwtAlbArns,
  keystoneUrl: urlVariable({
    name: 'CONGRESS_KEYSTONE_URL',
    description: 'Mode `keystone`: the identity service, without `/v3`.',
  }),
  keystoneCredentialId: textVariable({
    name: 'CONGRESS_KEYSTONE_CREDENTIAL_ID',
    description:
      'Mode `keystone`: application credential of this service, which may validate tokens. Unset: every token vouches for itself.',
    allowed: 'the id of an application credential',
    fallback: null,
    pattern: /^[A-Za-z0-9-]{1,64}$/,
  }),
  keystoneCredentialSecret: secretVariable({
    name: 'CONGRESS_KEYSTONE_CREDENTIAL_SECRET',
    description: 'Mode `keystone`: its secret.',
  }),
  metricsAccess: choiceVariable({
    name: 'CONGRESS_METRICS_ACCESS',
    description: 'Who may read /metrics: operators, or everybody.',
    fallback: 'operator',
    choices: ['operator', 'public'],
  }),
  auditLog: choiceVariable({
    name: 'CONGRESS_AUDIT_LOG',
    description:
      '`on`: a line on standard output for every request that changes something and every one that was not let in, whatever `CONGRESS_LOG_LEVEL` is.',
    fallback: 'on',
    choices: ['on', 'off'],
  }),
} as const;
