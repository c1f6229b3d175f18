import { z } from 'zod';
import { historyPageRecordsMax } from '../../base/limits.ts';
import { component } from './component.ts';
import { wholeNumber } from './whole-number.ts';

/** Questions and answers about the history of changes. */

const first = wholeNumber('from').refine((from) => from >= 1, '`from` must be at least 1');

export const changesQuery = z.object({
  /** First sequence that is wanted; without it the newest records. */
  from: first.optional(),
  limit: wholeNumber('limit')
    .refine(
      (limit) => limit >= 1 && limit <= historyPageRecordsMax,
      `\`limit\` must be 1 to ${historyPageRecordsMax}`,
    )
    .default(100),
});

export const changeStreamQuery = z.object({
  /** First sequence that is wanted; without it what comes from now on. */
  from: first.optional(),
});

/** Header of a client that comes back; its value is the last id that it got. */
export const lastEventId = wholeNumber('Last-Event-ID').optional();

const change = z.strictObject({
  kind: z.string(),
  /** Who asked for it; null when the service itself did. */
  by: z.strictObject({ subject: z.string(), requestId: z.string() }).nullable(),
  /** Null for what was created. */
  before: z.looseObject({}).nullable(),
  /** Null for what was deleted. */
  after: z.looseObject({}).nullable(),
});

const committed = component(
  'CommittedChanges',
  z.strictObject({
    sequence: z.number().int(),
    committedAt: z.string(),
    /** Replica that committed it. */
    writer: z.string(),
    changes: z.array(change),
  }),
);

export const changesSchema = component(
  'History',
  z.strictObject({
    results: z.array(committed),
    /** What to ask for next. */
    next: z.number().int(),
    /** Newest sequence there is here. */
    applied: z.number().int(),
  }),
);
