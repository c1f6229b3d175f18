import { z } from 'zod';

/** Of every list (see paging.ts). */
export const pageParameters = {
  limit: z
    .string()
    .regex(/^\d{1,6}$/)
    .describe('At most so many members; `Link: rel="next"` leads to the rest'),
  marker: z.string().describe('Members after this one: an id, or the marker of a `next` link'),
} as const;
