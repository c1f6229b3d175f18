import type { z } from 'zod';
import type { Sequence } from '../../base/ids.ts';
import type { Json } from '../../base/json.ts';
import type { FleetMember } from '../../replication/fleet.ts';
import type { FleetReport } from '../../replication/fleet-reports.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import type { Endpoint, OpenCall } from '../endpoint.ts';
import { checked } from '../requests/checked.ts';
import { fleetSchema, sequenceQuery, sequenceReportSchema } from '../schemas/fleet-schema.ts';
import { systemOf } from '../system.ts';

/** All replicas, seen from the one that answers. */
export const fleetEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/system/replicas',
    shape: 'collection',
    open: {
      summary: 'List the replicas with what each has applied and holds',
      access: 'operator',
      answers: { 200: fleetSchema },
      handle: async ({ context }) => objectAnswer(fleetJson(await systemOf(context).fleet.fleet())),
    },
  },
  {
    path: '/v1/system/sequence',
    shape: 'element',
    open: {
      summary: 'Say how far the replicas are, or wait until all live ones have applied a sequence',
      access: 'operator',
      query: sequenceQuery.shape,
      answers: { 200: sequenceReportSchema, 503: sequenceReportSchema },
      handle: sequence,
    },
  },
];

async function sequence({ context, query, signal }: OpenCall): Promise<Answer> {
  const asked: z.infer<typeof sequenceQuery> = checked(sequenceQuery, Object.fromEntries(query));
  const system = systemOf(context);
  if (asked.wait === undefined) {
    const report = await system.fleet.fleet();
    return objectAnswer({ ...positionJson(report), wanted: null, reached: report.converged, missing: [] });
  }
  const wanted = asked.wait as Sequence;
  const report = await system.fleet.reached(wanted, { waitMs: asked.timeout_ms, signal });
  const { reached, missing } = report;
  const body = { ...positionJson(report), wanted, reached, missing };
  return reached ? objectAnswer(body) : { ...objectAnswer(body, 503), headers: { 'Retry-After': '1' } };
}

function fleetJson(report: FleetReport): Json {
  return { ...positionJson(report), results: report.members.map((member) => memberJson(member, report)) };
}

function positionJson({ self, head, watermark, converged, stale, members }: FleetReport) {
  const live = members.filter((member) => member.live).map(({ replica }) => replica);
  return { self, head, watermark, converged, stale, live };
}

function memberJson(member: FleetMember, { head, self }: FleetReport): Json {
  const { startedAtMs, beat: _, intervalMs: __, silentMs, ...told } = member;
  return {
    ...told,
    self: member.replica === self,
    lag: Math.max(0, head - member.applied),
    startedAt: new Date(startedAtMs).toISOString(),
    silentMs: Math.round(silentMs),
  };
}
