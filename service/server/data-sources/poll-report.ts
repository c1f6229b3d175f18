import { z } from 'zod';
import type { JsonObject } from '../../base/json.ts';
import type { PollStatus } from '../../datasources/poller.ts';

const report = z.object({
  lastUpdatedMs: z.number().nullable(),
  lastError: z.string().nullable(),
  updates: z.number(),
  failures: z.number(),
  circuitOpen: z.boolean(),
});

export function reportOf(status: PollStatus): JsonObject {
  return { ...status };
}

/** Null when it is of a build that says it otherwise. */
export function statusFromReport(json: JsonObject): PollStatus | null {
  const parsed = report.safeParse(json);
  return parsed.success ? parsed.data : null;
}
