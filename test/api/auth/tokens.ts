import { createHash } from 'node:crypto';
import { type ApiSecurity, noSecurity } from '../../../service/api/api-security.ts';
import type { AuditEntry } from '../../../service/api/audit.ts';
import { TokenAuthenticator } from '../../../service/api/auth/token-authenticator.ts';
import { TokenSet } from '../../../service/api/auth/token-set.ts';
import type { Clock } from '../../../service/base/clock.ts';
import { systemClock } from '../../../service/server/system-clock.ts';

/** One token of each kind of sender; the token is its name. */
export const grantsByToken: Readonly<Record<string, readonly string[]>> = {
  'a-reader': ['reader'],
  'an-editor': ['editor'],
  'a-pusher': ['pusher:ds'],
  'a-pusher-elsewhere': ['pusher:other'],
  'a-pusher-anywhere': ['pusher:*'],
  'an-operator': ['operator'],
  'an-admin': ['admin'],
};

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The text of a token file. */
export function tokensText(grants: Readonly<Record<string, readonly string[]>> = grantsByToken): string {
  const tokens = Object.entries(grants).map(([name, roles]) => ({ name, sha256: sha256(name), roles }));
  return JSON.stringify({ tokens });
}

/** Mode `token` with the senders above, and the audit entries that are made. */
export function tokenSecurity(options: Partial<ApiSecurity> & { readonly clock?: Clock } = {}): {
  readonly security: ApiSecurity;
  readonly audited: AuditEntry[];
} {
  const { clock = systemClock, ...others } = options;
  const audited: AuditEntry[] = [];
  const authenticator = new TokenAuthenticator({ clock, tokens: TokenSet.parse(tokensText()) });
  const security: ApiSecurity = {
    ...noSecurity,
    metricsAccess: 'operator',
    authenticator,
    audit: { record: (entry) => audited.push(entry) },
    ...others,
  };
  return { security, audited };
}

export function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}
