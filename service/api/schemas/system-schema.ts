import { z } from 'zod';
import { component } from './component.ts';

/** Errors, version documents and what is said about the process. */

export const errorSchema = component(
  'Error',
  z.strictObject({
    error: z.strictObject({
      message: z.string(),
      /** Not always the HTTP status (reference 1.3). */
      error_code: z.number().int(),
      error_data: z.unknown(),
    }),
  }),
);

const link = z.strictObject({ rel: z.string(), href: z.string(), type: z.string().optional() });
const version = component(
  'Version',
  z.strictObject({ id: z.string(), status: z.string(), updated: z.string(), links: z.array(link) }),
);
export const versionsSchema = component('Versions', z.strictObject({ versions: z.array(version) }));
export const versionSchema = component('OneVersion', z.strictObject({ version }));

export const aliveSchema = component('Alive', z.strictObject({ alive: z.boolean() }));
export const readySchema = component(
  'Ready',
  z.strictObject({
    ready: z.boolean(),
    /** For readers. */
    reasons: z.array(z.string()).optional(),
  }),
);
export const healthSchema = component(
  'Health',
  z.looseObject({
    status: z.enum(['ok', 'degraded']),
    ready: z.boolean(),
    draining: z.boolean(),
    /** From here on for readers. */
    reasons: z.array(z.string()).optional(),
    replica: z.string().optional(),
    version: z.string().optional(),
    applied: z.number().int().optional(),
    head: z.number().int().nullable().optional(),
    stalenessMs: z.number().nullable().optional(),
    catalogDigest: z.string().optional(),
  }),
);
