import { type AuditLog, noAudit } from './audit.ts';
import { type Authenticator, noAuthentication } from './auth/authenticator.ts';
import type { LoadGauge, LoadLimits } from './limits/load-shedder.ts';

/** Who may come in, how much of it, and who hears of it. Built in `server/security.ts`. */
export interface ApiSecurity {
  readonly authenticator: Authenticator;
  readonly audit: AuditLog;
  /** Requests per client; see TokenBuckets. */
  readonly clientRequests: { readonly perSecond: number; readonly burst: number };
  readonly load: LoadLimits;
  readonly gauge: LoadGauge;
  /** `public`: /metrics asks for no credentials. */
  readonly metricsAccess: 'public' | 'operator';
}

/** Everybody may do everything, without limits: for tests and for measuring. */
export const noSecurity: ApiSecurity = {
  authenticator: noAuthentication,
  audit: noAudit,
  clientRequests: { perSecond: 0, burst: 0 },
  load: {
    requestsMax: Number.POSITIVE_INFINITY,
    heavyRequestsMax: Number.POSITIVE_INFINITY,
    bodyBytesMax: Number.POSITIVE_INFINITY,
    loopDelayMsMax: 0,
  },
  gauge: { loopDelayMs: () => 0 },
  metricsAccess: 'public',
};
