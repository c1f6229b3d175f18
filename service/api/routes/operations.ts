import type { Json } from '../../base/json.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import type { ApiContext } from '../api-context.ts';
import { methodMissing } from '../errors.ts';

/**
 * What balancers, containers and people ask about this process (docs/ARCHITECTURE.md, "Failure behaviour").
 * GET and HEAD only. Null when the path is none of these.
 */
export function operationalAnswer(
  context: ApiContext,
  request: { readonly method: string; readonly path: string },
): Promise<Answer> | null {
  if (!Object.hasOwn(operations, request.path)) return null;
  const operation = operations[request.path];
  if (operation === undefined) return null;
  if (request.method !== 'GET' && request.method !== 'HEAD') return Promise.resolve(methodMissing());
  return operation(context);
}

const operations: Readonly<Record<string, (context: ApiContext) => Promise<Answer>>> = {
  '/livez': async () => objectAnswer({ alive: true }),
  '/readyz': async (context) => readiness(context),
  '/healthz': async (context) => health(context),
  '/metrics': exposition,
};

/** 200 when a complete catalog has been applied and this replica is not draining. Not about the store. */
function readiness(context: ApiContext): Answer {
  const { ready, reasons } = context.replica.health();
  if (context.isDraining()) return objectAnswer({ ready: false, reasons: ['draining'] }, 503);
  return ready ? objectAnswer({ ready: true, reasons: [] }) : objectAnswer({ ready: false, reasons }, 503);
}

/** 200 when there is nothing to tell, else 503 with the reasons. */
function health(context: ApiContext): Answer {
  const state = context.replica.health();
  const draining = state.draining || context.isDraining();
  const ready = state.ready && !draining;
  const reasons = draining
    ? ['draining', ...state.reasons.filter((reason) => reason !== 'draining')]
    : state.reasons;
  const healthy = ready && reasons.length === 0;
  const body: Json = {
    status: healthy ? 'ok' : 'degraded',
    ready,
    draining,
    reasons,
    replica: context.settings.replicaName,
    version: context.settings.version,
    applied: state.applied,
    head: state.head,
    stalenessMs: state.stalenessMs === null ? null : Math.round(state.stalenessMs),
    catalogDigest: state.catalogDigest,
  };
  return objectAnswer(body, healthy ? 200 : 503);
}

async function exposition(context: ApiContext): Promise<Answer> {
  const { contentType, text } = await context.metrics.exposition();
  return { status: 200, body: text, headers: { 'Content-Type': contentType } };
}
