import { z } from 'zod';
import { component } from './component.ts';
import { wholeNumber } from './whole-number.ts';

/** Questions and answers about the fleet. */

export const sequenceQuery = z.object({
  /** Wait until every live replica has applied this sequence. */
  wait: wholeNumber('wait').optional(),
  /** How long to wait at most. */
  timeout_ms: wholeNumber('timeout_ms')
    .refine((ms) => ms <= 60_000, '`timeout_ms` must be at most 60000')
    .default(10_000),
});

const position = {
  self: z.string(),
  /** Newest sequence that is known of. */
  head: z.number().int(),
  /** Lowest sequence that a live replica has applied. */
  watermark: z.number().int(),
  converged: z.boolean(),
  /** The store does not answer: what is told of the others is old. */
  stale: z.boolean(),
  live: z.array(z.string()),
};

const replicaSchema = component(
  'Replica',
  z.strictObject({
    replica: z.string(),
    self: z.boolean(),
    live: z.boolean(),
    address: z.string(),
    build: z.string(),
    formatVersion: z.number().int(),
    startedAt: z.string(),
    /** Time since its last new heartbeat was seen. */
    silentMs: z.number(),
    applied: z.number().int(),
    lag: z.number().int(),
    digest: z.string(),
    stalenessMs: z.number().nullable(),
    ready: z.boolean(),
    draining: z.boolean(),
    leases: z.array(z.string()),
  }),
);

export const fleetSchema = component(
  'Fleet',
  z.strictObject({ ...position, results: z.array(replicaSchema) }),
);

export const sequenceReportSchema = component(
  'SequenceReport',
  z.strictObject({
    ...position,
    wanted: z.number().int().nullable(),
    reached: z.boolean(),
    /** Live replicas that have not told that they applied it. */
    missing: z.array(z.string()),
  }),
);
