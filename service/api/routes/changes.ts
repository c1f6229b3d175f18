import type { Sequence } from '../../base/ids.ts';
import { changeStreamsMax, historyPageBytesMax } from '../../base/limits.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import { changeEvents } from '../change-events.ts';
import type { Endpoint, OpenCall } from '../endpoint.ts';
import { historyJson } from '../history-json.ts';
import { TooManyStreams } from '../problems.ts';
import { checked } from '../requests/checked.ts';
import { changeStreamQuery, changesQuery, changesSchema, lastEventId } from '../schemas/changes-schema.ts';
import { systemOf } from '../system.ts';

/** The history of changes, in pages and as a stream. */
export const changeEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/system/changes',
    shape: 'collection',
    open: {
      summary: 'List committed changes: who, when, what was before and after',
      access: 'operator',
      query: changesQuery.shape,
      answers: { 200: changesSchema },
      handle: page,
    },
  },
  {
    path: '/v1/system/changes/stream',
    shape: 'element',
    open: {
      summary: 'Follow committed changes as server-sent events; Last-Event-ID goes on where it was',
      access: 'operator',
      query: changeStreamQuery.shape,
      answers: { 200: { mediaType: 'text/event-stream' } },
      handle: stream,
    },
  },
];

/** Without `from` the newest ones. A page ends early when it gets long. */
async function page({ context, query }: OpenCall): Promise<Answer> {
  const asked = checked(changesQuery, Object.fromEntries(query));
  const { history } = systemOf(context);
  const applied = context.replica.applied();
  const from = (asked.from ?? Math.max(1, applied - asked.limit + 1)) as Sequence;
  const results = [];
  let next: number = from;
  let bytes = 0;
  for (const record of await history.page(from, asked.limit)) {
    const json = historyJson(record, context.drivers);
    bytes += JSON.stringify(json).length;
    if (results.length > 0 && bytes > historyPageBytesMax) break;
    results.push(json);
    next = record.sequence + 1;
  }
  return objectAnswer({ results, next, applied });
}

async function stream({ context, query, headers, signal }: OpenCall): Promise<Answer> {
  const asked = checked(changeStreamQuery, Object.fromEntries(query));
  const last = checked(lastEventId, headers['last-event-id']);
  const { history } = systemOf(context);
  const from = (last === undefined ? (asked.from ?? context.replica.applied() + 1) : last + 1) as Sequence;
  // What is trimmed is said by the status.
  await history.page(from, 1);
  if (history.following >= changeStreamsMax) throw new TooManyStreams(changeStreamsMax);
  const events = changeEvents({
    ...context,
    history,
    from,
    toJson: (record) => historyJson(record, context.drivers),
    signal,
  });
  return {
    status: 200,
    body: events,
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' },
  };
}
