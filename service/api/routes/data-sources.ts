import { z } from 'zod';
import type { Json, JsonObject } from '../../base/json.ts';
import { visibleConfig } from '../../datasources/driver-options.ts';
import type { DataSource } from '../../policy/entities.ts';
import { DataSourceNotFound } from '../../policy/problems.ts';
import { createDataSource } from '../../policy/writes/create-data-source.ts';
import { deleteDataSource } from '../../policy/writes/delete-data-source.ts';
import { type Answer, createdAnswer, listAnswer, objectAnswer } from '../answer.ts';
import { decodePath } from '../canonical-path.ts';
import type { Call, Endpoint, WriteCall } from '../endpoint.ts';
import { methodMissing } from '../errors.ts';
import { writeOptions } from '../idempotency.ts';
import { WireError } from '../problems.ts';
import { parseBody } from '../request-body.ts';
import { newDataSourceFrom, newDataSourceSchema } from '../requests/new-data-source.ts';
import { tableJson } from '../schema-json.ts';
import {
  actionsSchema,
  dataSourceSchema,
  dataSourceStatusSchema,
  dataSourcesSchema,
  dataSourceTablesSchema,
} from '../schemas/data-source-schema.ts';
import { dataSourceOf, serviceMissing } from './data-source-lookup.ts';

const missing = serviceMissing({ prefix: '' });

/** Data sources (reference 1.13, 1.14). Webhooks and actions are not built yet and answer 501. */
export const dataSourceEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/data-sources',
    shape: 'collection',
    get: {
      summary: 'List the data sources',
      access: 'reader',
      answers: { 200: dataSourcesSchema },
      handle: listDataSources,
    },
    post: {
      summary: 'Create a data source',
      access: 'operator',
      body: newDataSourceSchema,
      answers: { 201: dataSourceSchema },
      handle: create,
    },
  },
  {
    path: '/v1/data-sources/:source',
    shape: 'element',
    get: {
      summary: 'Show a data source',
      access: 'reader',
      answers: { 200: dataSourceSchema },
      handle: showDataSource,
    },
    delete: {
      summary: 'Delete a data source with its rows',
      access: 'operator',
      answers: { 200: z.null() },
      handle: remove,
    },
    actions: {
      request_refresh: {
        summary: 'Ask for the rows of a data source anew',
        access: 'operator',
        body: z.unknown(),
        answers: { 200: z.null() },
        handle: requestRefresh,
      },
    },
  },
  {
    path: '/v1/data-sources/:source/schema',
    shape: 'element',
    get: {
      summary: 'Show the tables of a data source with their columns',
      access: 'reader',
      answers: { 200: dataSourceTablesSchema },
      handle: showSchema,
    },
  },
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
    path: '/v1/data-sources/:source/actions',
    shape: 'collection',
    get: {
      summary: 'List the actions of a data source',
      access: 'reader',
      answers: { 200: actionsSchema },
      handle: listActions,
    },
  },
  { path: '/v1/data-sources/:source/webhook', shape: 'collection' },
];

function listDataSources(call: Call): Answer {
  return listAnswer(call.context.replica.catalog.dataSources().map((source) => dataSourceJson(call, source)));
}

function showDataSource(call: Call): Answer {
  return objectAnswer(
    dataSourceJson(
      call,
      dataSourceOf(call, (shown) => new DataSourceNotFound(shown)),
    ),
  );
}

async function create(call: WriteCall): Promise<Answer> {
  const { replica, drivers, random, settings } = call.context;
  const text = await call.text(settings.requestBodyBytesMax);
  const wanted = newDataSourceFrom(parseBody(text), { drivers, newId: random.uuid() });
  const { result } = await replica.write(createDataSource(wanted), writeOptions(call, text));
  const { id } = result;
  const { name, driver, description, enabled, config } = wanted;
  const created = dataSourceJson(call, { id, name, driver, description, enabled, config });
  return createdAnswer(created, `${call.baseUrl}${call.path}/${encodeURIComponent(id)}`);
}

async function remove(call: WriteCall): Promise<Answer> {
  const shown = call.params.source ?? '';
  try {
    await call.context.replica.write(deleteDataSource(decodePath(shown)), writeOptions(call, ''));
  } catch (problem) {
    if (!(problem instanceof DataSourceNotFound)) throw problem;
    // The HTTP status and the error code differ here, and clients have seen it (reference 1.13).
    throw new WireError(`Datasource not found ${shown}`, { status: 400, errorCode: 404 });
  }
  return objectAnswer(null);
}

function showSchema(call: Call): Answer {
  return objectAnswer({ tables: dataSourceOf(call, missing).tables.map(tableJson) });
}

/** All texts (reference 1.14). Pushed data needs no first poll, so it counts as initialized. */
function showStatus(call: Call): Answer {
  const source = dataSourceOf(call, missing);
  const { catalog } = call.context.replica;
  const versions = catalog.tableVersions(source.id);
  const lastUpdated = Math.max(0, ...versions.map(({ replacedAtMs }) => replacedAtMs ?? 0));
  const updates = versions.reduce((sum, version) => sum + version.updates, 0);
  const isUsed = (catalog.tablesOf(source.engineName)?.length ?? 0) > 0;
  return objectAnswer({
    last_updated: lastUpdated === 0 ? 'None' : pythonTime(lastUpdated),
    last_error: 'None',
    number_of_updates: String(updates),
    initialized: 'True',
    subscriptions: [],
    subscribers: isUsed ? ['__engine'] : [],
  });
}

/** As Python prints a time: microseconds, no zone. Congress gives local time; this is UTC. */
function pythonTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().replace('T', ' ').slice(0, -1)}000`;
}

/** No driver has actions yet. */
function listActions(call: Call): Answer {
  dataSourceOf(call, missing);
  return listAnswer([]);
}

/** Nothing to do where rows are pushed (reference 1.13). */
async function requestRefresh(call: WriteCall): Promise<Answer> {
  const { replica, drivers } = call.context;
  await replica.awaitConsistency({ kind: 'linearizable', explicit: false }, call.signal);
  const source = dataSourceOf(call, serviceMissing({ prefix: 'Not Found::' }));
  return drivers.get(source.driver)?.feed === 'push' ? objectAnswer(null) : methodMissing();
}

function dataSourceJson(
  call: Call,
  source: Omit<DataSource, 'id' | 'engineName' | 'tables' | 'createdAt'> & { readonly id: string },
): JsonObject {
  const { id, name, driver, description, enabled, config } = source;
  const shown: Json = visibleConfig(call.context.drivers.get(driver), config);
  return { id, name, driver, description, type: null, enabled, config: shown };
}
