import type { ApiSecurity } from '../api/api-security.ts';
import { type AuditLog, noAudit } from '../api/audit.ts';
import { AlbVerifier } from '../api/auth/alb-verifier.ts';
import { type Authenticator, noAuthentication } from '../api/auth/authenticator.ts';
import { CachedVerifier, type Verifier } from '../api/auth/cached-verifier.ts';
import type { HttpClient } from '../api/auth/http-client.ts';
import { JwtVerifier } from '../api/auth/jwt-verifier.ts';
import { KeySet } from '../api/auth/key-set.ts';
import { KeystoneVerifier } from '../api/auth/keystone-verifier.ts';
import { TokenAuthenticator } from '../api/auth/token-authenticator.ts';
import { TokenSet } from '../api/auth/token-set.ts';
import { VerifyingAuthenticator } from '../api/auth/verifying-authenticator.ts';
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Config } from './config.ts';
import { LoopDelay } from './loop-delay.ts';
import { followTokenFile, readTokenFile } from './token-file.ts';

export interface SecurityPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly http: HttpClient;
  readonly audit: AuditLog;
}

export interface Security {
  readonly api: ApiSecurity;
  stop(): void;
}

/** With authentication, unless the configuration says otherwise. */
const clientRequestsPerSecond = 1_000;

/** What the configuration says about who may come in. Rejects with TokenFileUnusable. */
export async function startSecurity(config: Config, ports: SecurityPorts): Promise<Security> {
  const stopping = new AbortController();
  const gauge = new LoopDelay(ports.clock);
  const authenticator = await authenticatorOf(config, { ...ports, signal: stopping.signal });
  if (authenticator.open) {
    ports.logger.warn('nobody is authenticated: everybody who reaches this port may do everything');
  }
  return {
    api: {
      authenticator,
      audit: config.auditLog === 'on' ? ports.audit : noAudit,
      clientRequests: {
        perSecond: config.clientRequestsPerSecond ?? (authenticator.open ? 0 : clientRequestsPerSecond),
        burst: config.clientRequestsBurst,
      },
      load: {
        requestsMax: config.requestsMax,
        heavyRequestsMax: config.heavyRequestsMax,
        bodyBytesMax: config.bodyBytesHeldMax,
        loopDelayMsMax: config.loopDelayMsMax,
      },
      gauge,
      metricsAccess: config.metricsAccess,
    },
    stop: () => {
      gauge.stop();
      stopping.abort();
    },
  };
}

type Parts = SecurityPorts & { readonly signal: AbortSignal };

async function authenticatorOf(config: Config, parts: Parts): Promise<Authenticator> {
  switch (config.auth) {
    case 'none':
      return noAuthentication;
    case 'token':
      return tokenAuthenticator(config, parts);
    case 'jwt':
      return jwtAuthenticator(config, parts);
    case 'keystone':
      return keystoneAuthenticator(config, parts);
  }
}

async function tokenAuthenticator(config: Config, parts: Parts): Promise<Authenticator> {
  const { clock, logger, signal } = parts;
  const path = config.authTokensFile;
  if (path === null)
    return new TokenAuthenticator({ clock, tokens: TokenSet.parse(config.authTokens ?? '') });
  const authenticator = new TokenAuthenticator({ clock, tokens: await readTokenFile(path) });
  void followTokenFile({ path, reloadMs: config.authTokensReloadMs, clock, logger }, authenticator, signal);
  return authenticator;
}

function jwtAuthenticator(config: Config, { http, clock, logger }: Parts): Authenticator {
  const { jwtIssuer: issuer, jwtAudience: audience, jwtJwksUrl: url, jwtAlbArns: signers } = config;
  assert(issuer !== null && audience !== null && url !== null, 'the configuration was checked');
  const given = { mapping: config.authRoles, rolesClaim: config.jwtRolesClaim, clock };
  const keys = new KeySet({ url, http, clock, logger });
  const tokens = new JwtVerifier({ ...given, keys, issuer, audience, algorithms: config.jwtAlgorithms });
  // A signed token says itself how long it is good: there is nobody to ask again, so nothing is stale.
  const cached = (inner: Verifier) =>
    new CachedVerifier({ inner, clock, freshMs: config.authCacheMs, staleMs: config.authCacheMs });
  return new VerifyingAuthenticator({
    challenge: 'Bearer realm="congress"',
    tokens: cached(tokens),
    ...(signers === null ? {} : { claims: cached(new AlbVerifier({ ...given, signers, http })) }),
  });
}

function keystoneAuthenticator(config: Config, { http, clock, logger }: Parts): Authenticator {
  const { keystoneUrl: url, keystoneCredentialId: id, keystoneCredentialSecret: secret } = config;
  assert(url !== null, 'the configuration was checked');
  const inner = new KeystoneVerifier({
    url,
    credential: id === null || secret === null ? null : { id, secret },
    mapping: config.authRoles,
    http,
    clock,
    logger,
  });
  const { authCacheMs: freshMs, authStaleMs: staleMs } = config;
  return new VerifyingAuthenticator({
    challenge: `Keystone uri="${url}"`,
    tokens: new CachedVerifier({ inner, clock, freshMs, staleMs }),
  });
}
