import type { JsonObject } from '../../base/json.ts';

/** What the `:names` of paths stand for. */
export const pathParameters: Readonly<Record<string, string>> = {
  policy: 'Name or id of a policy; under tables also the name of a data source',
  rule: 'Id of a rule',
  table: 'Name of a table',
  row: 'Rows have no ids: nothing is supported here',
  library: 'Id or name of a library policy',
  source: 'Id or name of a data source',
  driver: 'Name of a driver',
  file: 'Part of the documentation page',
  execution: 'Id of an execution',
  replica: 'Id of a replica',
};

/** Headers that are read on many routes. */
export const headerParameters: JsonObject = {
  RequestId: {
    name: 'x-openstack-request-id',
    in: 'header',
    description: 'Comes back in the answer and in the logs: `req-` and a UUID; anything else gets a new one',
    schema: { type: 'string' },
  },
  Consistency: {
    name: 'Congress-Consistency',
    in: 'header',
    description: '`linearizable` (as when absent, but refused instead of stale) or `bounded`',
    schema: { type: 'string', enum: ['linearizable', 'bounded'] },
  },
  MinSequence: {
    name: 'Congress-Min-Sequence',
    in: 'header',
    description: 'Answered when this sequence has arrived here',
    schema: { type: 'string', pattern: '^\\d{1,16}$' },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'Entity tags; 304 when the answer still has one of them',
    schema: { type: 'string' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'Sent again with the same body, the request is done once and gets the same answer',
    schema: { type: 'string', maxLength: 200 },
  },
};
