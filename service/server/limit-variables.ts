import { rulesPerPolicyMax, ruleTextLengthMax } from '../base/limits.ts';
import { type ConfigVariable, wholeNumberVariable } from './config-variable.ts';

const mebibyte = 1024 * 1024;

const clientRequestsPerSecond: ConfigVariable<number | null> = {
  ...wholeNumberVariable({
    name: 'CONGRESS_CLIENT_REQUESTS_PER_S',
    description:
      'Requests of one client per second in the long run, more are answered with 429; 0 is no limit. A client is a subject, or an address in mode `none`. Unset: 1000 with authentication, no limit without.',
    fallback: null,
    unit: 'requests per second',
    minimum: 0,
    maximum: 1_000_000,
  }),
};

/** How much a replica takes on: docs/SECURITY.md has them in one table with those that are fixed. */
export const limitVariables = {
  clientRequestsPerSecond,
  clientRequestsBurst: wholeNumberVariable({
    name: 'CONGRESS_CLIENT_REQUESTS_BURST',
    description: 'Requests that a client may make at once after a pause.',
    fallback: '2000',
    unit: 'requests',
    minimum: 1,
    maximum: 1_000_000,
  }),
  requestsMax: wholeNumberVariable({
    name: 'CONGRESS_REQUESTS_MAX',
    description: 'Requests that are being answered at a time; more get 503 with Retry-After.',
    fallback: '2000',
    unit: 'requests',
    minimum: 1,
    maximum: 100_000,
  }),
  heavyRequestsMax: wholeNumberVariable({
    name: 'CONGRESS_HEAVY_REQUESTS_MAX',
    description: 'Heavy requests (simulate, validate, PUT rows) among them.',
    fallback: '16',
    unit: 'requests',
    minimum: 1,
    maximum: 10_000,
  }),
  bodyBytesHeldMax: wholeNumberVariable({
    name: 'CONGRESS_BODY_BYTES_HELD_MAX',
    description: 'Bodies that are being read at a time, together; what does not fit gets 503.',
    fallback: String(512 * mebibyte),
    unit: 'bytes',
    minimum: mebibyte,
    maximum: 8_192 * mebibyte,
  }),
  loopDelayMsMax: wholeNumberVariable({
    name: 'CONGRESS_LOOP_DELAY_MS_MAX',
    description:
      'Requests get 503 while the event loop is later than this; 0 is never. /livez, /readyz, /healthz and /metrics are always answered.',
    fallback: '1000',
    unit: 'milliseconds',
    minimum: 0,
    maximum: 60_000,
  }),
  ruleLengthMax: wholeNumberVariable({
    name: 'CONGRESS_RULE_LENGTH_MAX',
    description: 'Longest text of one rule, 400 for a longer one.',
    fallback: String(ruleTextLengthMax),
    unit: 'characters',
    minimum: 100,
    maximum: ruleTextLengthMax,
  }),
  rulesPerPolicyMax: wholeNumberVariable({
    name: 'CONGRESS_RULES_PER_POLICY_MAX',
    description: 'Rules of one policy; a write that would make more is refused with 413.',
    fallback: String(rulesPerPolicyMax),
    unit: 'rules',
    minimum: 1,
    maximum: 10_000_000,
  }),
  queryMsMax: wholeNumberVariable({
    name: 'CONGRESS_QUERY_MS_MAX',
    description:
      'Time that one query or one change may take to evaluate; a longer query is answered with 400.',
    fallback: '10000',
    unit: 'milliseconds',
    minimum: 10,
    maximum: 600_000,
  }),
  derivedRowsMax: wholeNumberVariable({
    name: 'CONGRESS_DERIVED_ROWS_MAX',
    description:
      'Rows that one derived table may have; asking for one that would have more is answered with 400, which names the rule.',
    fallback: '20000000',
    unit: 'rows',
    minimum: 1_000,
    maximum: 100_000_000,
  }),
  heldRowsMax: wholeNumberVariable({
    name: 'CONGRESS_HELD_ROWS_MAX',
    description:
      'Rows of derived tables kept up to date in memory, all together, 20 to 60 bytes each; beyond it those that were asked for least recently are dropped, and computed again when asked for.',
    fallback: '50000000',
    unit: 'rows',
    minimum: 1_000,
    maximum: 1_000_000_000,
  }),
  headersTimeoutMs: wholeNumberVariable({
    name: 'CONGRESS_HEADERS_TIMEOUT_MS',
    description: 'How long a client may take to send the header lines of a request; then 408.',
    fallback: '20000',
    unit: 'milliseconds',
    minimum: 100,
    maximum: 600_000,
  }),
  headerBytesMax: wholeNumberVariable({
    name: 'CONGRESS_HEADER_BYTES_MAX',
    description: 'All header lines of a request together; more are answered with 431.',
    fallback: '16384',
    unit: 'bytes',
    minimum: 4_096,
    maximum: 65_536,
  }),
  connectionsMax: wholeNumberVariable({
    name: 'CONGRESS_CONNECTIONS_MAX',
    description: 'Open connections; further ones are closed at once.',
    fallback: '10000',
    unit: 'connections',
    minimum: 10,
    maximum: 1_000_000,
  }),
} as const;
