import type { Json } from '../../base/json.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import type { ApiContext } from '../api-context.ts';
import { allows, type Subject } from '../auth/subject.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { aliveSchema, healthSchema, readySchema } from '../schemas/system-schema.ts';

/** What balancers, containers and people ask about this process (docs/ARCHITECTURE.md, "Failure behaviour"). */
export const operationEndpoints: readonly Endpoint[] = [
  {
    path: '/livez',
    shape: 'element',
    open: {
      summary: 'Say that the process runs',
      access: 'public',
      answers: { 200: aliveSchema },
      handle: () => objectAnswer({ alive: true }),
    },
  },
  {
    path: '/readyz',
    shape: 'element',
    open: {
      summary: 'Say whether requests should come here',
      access: 'public',
      moreForReaders: true,
      answers: { 200: readySchema, 503: readySchema },
      handle: readiness,
    },
  },
  {
    path: '/healthz',
    shape: 'element',
    open: {
      summary: 'Say what is wrong with this replica, if anything',
      access: 'public',
      moreForReaders: true,
      answers: { 200: healthSchema, 503: healthSchema },
      handle: health,
    },
  },
  {
    path: '/metrics',
    shape: 'element',
    open: {
      summary: 'Metrics in the text format of Prometheus',
      access: 'operator',
      madePublic: ({ security }) => security.metricsAccess === 'public',
      answers: { 200: { mediaType: 'text/plain' } },
      handle: ({ context }) => exposition(context),
    },
  },
];

/**
 * 200 when a complete catalog has been applied and this replica is not draining. Not about the store. The reasons
 * name what is inside, so they are for readers.
 */
function readiness({ context, subject }: Call): Answer {
  const { ready, reasons } = context.replica.health();
  const status = ready && !context.isDraining() ? 200 : 503;
  if (!mayKnow(subject)) return objectAnswer({ ready: status === 200 }, status);
  if (context.isDraining()) return objectAnswer({ ready: false, reasons: ['draining'] }, 503);
  return objectAnswer({ ready, reasons: ready ? [] : reasons }, status);
}

/** 200 when there is nothing to tell, else 503 with the reasons. Without the role of a reader only whether. */
function health({ context, subject }: Call): Answer {
  const state = context.replica.health();
  const draining = state.draining || context.isDraining();
  const ready = state.ready && !draining;
  const reasons = draining
    ? ['draining', ...state.reasons.filter((reason) => reason !== 'draining')]
    : state.reasons;
  const healthy = ready && reasons.length === 0;
  const summary = { status: healthy ? 'ok' : 'degraded', ready, draining } as const;
  const status = healthy ? 200 : 503;
  if (!mayKnow(subject)) return objectAnswer(summary, status);
  const body: Json = {
    ...summary,
    reasons,
    replica: context.settings.replicaName,
    version: context.settings.version,
    applied: state.applied,
    head: state.head,
    stalenessMs: state.stalenessMs === null ? null : Math.round(state.stalenessMs),
    catalogDigest: state.catalogDigest,
  };
  return objectAnswer(body, status);
}

function mayKnow(subject: Subject | null): boolean {
  return subject !== null && allows(subject, 'reader', null);
}

async function exposition(context: ApiContext): Promise<Answer> {
  const { contentType, text } = await context.metrics.exposition();
  return { status: 200, body: text, headers: { 'Content-Type': contentType } };
}
