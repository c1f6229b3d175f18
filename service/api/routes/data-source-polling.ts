import { z } from 'zod';
import type { Json } from '../../base/json.ts';
import type { DriverAction } from '../../datasources/driver.ts';
import type { PollStatus } from '../../datasources/poller.ts';
import type { DataSource } from '../../policy/entities.ts';
import { requestRefresh } from '../../policy/writes/request-refresh.ts';
import { type Answer, emptyAnswer, listAnswer, objectAnswer } from '../answer.ts';
import type { Call, Endpoint, WriteCall, WriteRoute } from '../endpoint.ts';
import { writeOptions } from '../idempotency.ts';
import { BadRequest } from '../problems.ts';
import { parseBody } from '../request-body.ts';
import {
  actionsSchema,
  dataSourcePollingSchema,
  dataSourceStatusSchema,
} from '../schemas/data-source-schema.ts';
import { dataSourceOf, serviceMissing } from './data-source-lookup.ts';

const missing = serviceMissing({ prefix: '' });
const missingBelow = serviceMissing({ prefix: 'Not Found::' });

/** What comes from and goes to the services behind data sources (reference 1.14, 1.15). */
export const dataSourcePollingEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/data-sources/:source/status',
    shape: 'element',
    get: {
      summary: 'Show how a data source is doing',
      access: 'reader',
      answers: { 200: dataSourceStatusSchema },
      handle: showStatus,
    },
  },
  {
    path: '/v1/data-sources/:source/polling',
    shape: 'element',
    get: {
      summary: 'Show how a data source is polled, how old its rows are and which tables are known',
      access: 'reader',
      answers: { 200: dataSourcePollingSchema },
      handle: showPolling,
    },
  },
  {
    path: '/v1/data-sources/:source/actions',
    shape: 'collection',
    get: {
      summary: 'List the actions of a data source',
      access: 'reader',
      answers: { 200: actionsSchema },
      handle: listActions,
    },
  },
  {
    path: '/v1/data-sources/:source/webhook',
    shape: 'collection',
    post: {
      summary: 'Tell a data source that its service has news',
      access: 'pusher',
      body: z.unknown(),
      answers: { 200: null },
      handle: webhook,
    },
  },
];

/** Whoever polls the data source does so at once: one replica, or each of them. */
export const requestRefreshRoute: WriteRoute = {
  summary: 'Ask for the rows of a data source anew',
  access: 'operator',
  body: z.unknown(),
  answers: { 200: z.null() },
  handle: refresh,
};

/** All texts (reference 1.14). A data source is made when it is created, so it always counts as initialized. */
async function showStatus(call: Call): Promise<Answer> {
  const source = dataSourceOf(call, missing);
  const { catalog } = call.context.replica;
  const isUsed = (catalog.tablesOf(source.engineName)?.length ?? 0) > 0;
  const { lastUpdatedMs, lastError, updates } = await statusOf(call, source);
  return objectAnswer({
    last_updated: lastUpdatedMs === null ? 'None' : timeText(lastUpdatedMs),
    last_error: lastError ?? 'None',
    number_of_updates: String(updates),
    initialized: 'True',
    subscriptions: [],
    subscribers: isUsed ? ['__engine'] : [],
  });
}

/** For people: what Congress has no words for. */
async function showPolling(call: Call): Promise<Answer> {
  const source = dataSourceOf(call, missing);
  const { replica, clock } = call.context;
  const known = source.tables.map(({ table }) => ({ table, known: replica.isKnown(source, table) }));
  const { lastUpdatedMs, lastError, updates, failures, circuitOpen } = await statusOf(call, source);
  return objectAnswer({
    polling: source.polling ?? 'none',
    last_updated_ms: lastUpdatedMs,
    age_ms: lastUpdatedMs === null ? null : Math.max(0, clock.nowMs() - lastUpdatedMs),
    last_error: lastError,
    updates,
    failures_in_a_row: failures,
    circuit_open: circuitOpen,
    tables: known,
  });
}

const nothingYet: PollStatus = {
  lastUpdatedMs: null,
  lastError: null,
  updates: 0,
  failures: 0,
  circuitOpen: false,
};

/** Of pushed rows the log says when they came; of polled ones those who poll. */
async function statusOf({ context }: Call, source: DataSource): Promise<PollStatus> {
  const { replica, dataSources } = context;
  if (source.polling !== undefined) {
    return (await dataSources.pollStatus(source.id, new AbortController().signal)) ?? nothingYet;
  }
  const versions = replica.catalog.tableVersions(source.id);
  const times = versions.flatMap(({ replacedAtMs }) => (replacedAtMs === null ? [] : [replacedAtMs]));
  return {
    ...nothingYet,
    lastUpdatedMs: times.length === 0 ? null : Math.max(...times),
    updates: versions.reduce((sum, { updates }) => sum + updates, 0),
  };
}

/** As Congress prints it, but in UTC: replicas need not be in one place. */
function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().replace('T', ' ').slice(0, -1)}000`;
}

function listActions(call: Call): Answer {
  const source = dataSourceOf(call, missing);
  const driver = call.context.drivers.get(source.driver);
  const actions = driver?.actions?.(source.config ?? {}) ?? [];
  return listAnswer(actions.map(actionJson));
}

function actionJson({ name, args, description }: DriverAction): Json {
  return {
    name,
    args: args.map((arg) => ({ name: arg.name, description: arg.description ?? '' })),
    description,
  };
}

/** Nothing to do where rows are pushed (reference 1.13). */
async function refresh(call: WriteCall): Promise<Answer> {
  const { replica } = call.context;
  await replica.awaitConsistency({ kind: 'linearizable', explicit: false }, call.signal);
  const source = dataSourceOf(call, missingBelow);
  if (source.polling !== undefined) await replica.write(requestRefresh(source.id), writeOptions(call, ''));
  return objectAnswer(null);
}

/** The body is for the driver; those that take notifications only need to know that there is one. */
async function webhook(call: WriteCall): Promise<Answer> {
  const { replica, drivers, settings } = call.context;
  const text = await call.text(settings.requestBodyBytesMax);
  if (text !== '') parseBody(text);
  await replica.awaitConsistency({ kind: 'linearizable', explicit: false }, call.signal);
  const source = dataSourceOf(call, missingBelow);
  if (drivers.get(source.driver)?.webhook === undefined || source.polling === undefined) {
    throw new BadRequest(`Method process_webhook_notification not supported for datasource ${source.name}`);
  }
  await replica.write(requestRefresh(source.id), writeOptions(call, text));
  return emptyAnswer();
}
