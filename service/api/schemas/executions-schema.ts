import { z } from 'zod';
import { executionStates } from '../../policy/execution-json.ts';
import { component, resultsOf } from './component.ts';

/** The execution ledger and the switches of enforcement (docs/ENFORCEMENT.md). */

export const executionSchema = component(
  'Execution',
  z.strictObject({
    /** Sent as `Idempotency-Key` with every attempt. */
    id: z.string(),
    /** Whose rule asks for it; null when it was asked for over the API. */
    policy: z.string().nullable(),
    service: z.string(),
    action: z.string(),
    args: z.strictObject({ positional: z.array(z.unknown()), named: z.record(z.string(), z.unknown()) }),
    delivery: z.enum(['at-least-once', 'at-most-once']),
    state: z.enum(executionStates),
    /** The row has left its table, or there never was one. */
    closed: z.boolean(),
    attempts: z.number(),
    detail: z.string().nullable(),
    opened_at_ms: z.number(),
    changed_at_ms: z.number(),
  }),
);
export const executionsSchema = component('Executions', resultsOf(executionSchema));

const mode = z.enum(['on', 'dry-run', 'off'], '`mode` must be `on`, `dry-run` or `off`');

/** What is set; what is absent is as at first. */
export const enforcementSchema = component(
  'Enforcement',
  z.strictObject({
    mode: mode.default('on'),
    per_minute_max: z
      .int('`per_minute_max` must be a whole number from 0 to 1000000')
      .min(0, '`per_minute_max` must be a whole number from 0 to 1000000')
      .max(1_000_000, '`per_minute_max` must be a whole number from 0 to 1000000')
      .default(600),
    policies: z
      .record(
        z.string(),
        z.strictObject({
          mode: mode.optional(),
          delivery: z.enum(['at-least-once', 'at-most-once']).optional(),
          approval: z.boolean().optional(),
        }),
      )
      .default({}),
  }),
);

/** Any JSON object: Congress looks at `name` and `args` only. */
export const executeSchema = component(
  'Execute',
  z.looseObject({
    name: z.unknown().optional(),
    args: z.unknown().optional(),
  }),
);
