import { z } from 'zod';
import type { Json, JsonObject } from '../../base/json.ts';
import { driverNamed, visibleConfig } from '../../datasources/driver-options.ts';
import { sealConfig } from '../../datasources/secrets/sealed-config.ts';
import type { DataSource } from '../../policy/entities.ts';
import { DataSourceNotFound } from '../../policy/problems.ts';
import { createDataSource } from '../../policy/writes/create-data-source.ts';
import { deleteDataSource } from '../../policy/writes/delete-data-source.ts';
import { updateDataSource } from '../../policy/writes/update-data-source.ts';
import { type Answer, createdAnswer, objectAnswer } from '../answer.ts';
import { decodePath } from '../canonical-path.ts';
import type { Call, Endpoint, WriteCall } from '../endpoint.ts';
import { writeOptions } from '../idempotency.ts';
import { pagedList } from '../paging.ts';
import { WireError } from '../problems.ts';
import { parseBody } from '../request-body.ts';
import { dataSourceUpdateFrom, dataSourceUpdateSchema } from '../requests/data-source-update.ts';
import { newDataSourceFrom, newDataSourceSchema } from '../requests/new-data-source.ts';
import { tableJson } from '../schema-json.ts';
import {
  dataSourceSchema,
  dataSourcesSchema,
  dataSourceTablesSchema,
} from '../schemas/data-source-schema.ts';
import { pageParameters } from '../schemas/page-parameters.ts';
import { dataSourceOf, serviceMissing } from './data-source-lookup.ts';
import { requestRefreshRoute } from './data-source-polling.ts';
import { executeOnDataSource } from './execute.ts';

const missing = serviceMissing({ prefix: '' });

/** Data sources (reference 1.13, 1.14). */
export const dataSourceEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/data-sources',
    shape: 'collection',
    get: {
      summary: 'List the data sources',
      access: 'reader',
      query: pageParameters,
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
      execute: executeOnDataSource,
      request_refresh: requestRefreshRoute,
      update: {
        summary: 'Change description, configuration or polling of a data source',
        access: 'operator',
        body: dataSourceUpdateSchema,
        answers: { 200: dataSourceSchema },
        handle: update,
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
];

function listDataSources(call: Call): Answer {
  const sources = call.context.replica.catalog.dataSources();
  return pagedList(
    call,
    sources.map((source) => dataSourceJson(call, source)),
  );
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
  const { replica, drivers, dataSources, random, settings } = call.context;
  const text = await call.text(settings.requestBodyBytesMax);
  const { pollingDefault, secrets } = dataSources;
  const asked = newDataSourceFrom(parseBody(text), { drivers, newId: random.uuid(), pollingDefault });
  const owner = { driver: driverNamed(drivers, asked.driver), dataSource: asked.id, box: secrets };
  const wanted = { ...asked, config: asked.config && (await sealConfig(asked.config, owner)) };
  const { result } = await replica.write(createDataSource(wanted), writeOptions(call, text));
  const { id } = result;
  const { name, driver, description, enabled, config } = wanted;
  const created = dataSourceJson(call, { id, name, driver, description, enabled, config });
  return createdAnswer(created, `${call.baseUrl}${call.path}/${encodeURIComponent(id)}`);
}

/** What is not given stays; a secret that is given back as `<hidden>` does too. */
async function update(call: WriteCall): Promise<Answer> {
  const { replica, drivers, dataSources, settings } = call.context;
  const text = await call.text(settings.requestBodyBytesMax);
  await replica.awaitConsistency({ kind: 'linearizable', explicit: true }, call.signal);
  const source = dataSourceOf(call, (shown) => new DataSourceNotFound(shown));
  const driver = driverNamed(drivers, source.driver);
  const owner = { driver, dataSource: source.id, box: dataSources.secrets };
  const { config: asked, ...others } = dataSourceUpdateFrom(parseBody(text), { driver, source });
  const config = asked && (await sealConfig(asked, owner, source.config));
  await replica.write(
    updateDataSource({ id: source.id, ...others, ...(config === undefined ? {} : { config }) }),
    writeOptions(call, text),
  );
  const updated = replica.catalog.dataSourceById(source.id);
  if (updated === undefined) throw new DataSourceNotFound(source.name);
  return objectAnswer(dataSourceJson(call, updated));
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

function dataSourceJson(
  call: Call,
  source: Omit<DataSource, 'id' | 'engineName' | 'tables' | 'polling' | 'createdAt'> & {
    readonly id: string;
  },
): JsonObject {
  const { id, name, driver, description, enabled, config } = source;
  const shown: Json = visibleConfig(call.context.drivers.get(driver), config);
  return { id, name, driver, description, type: null, enabled, config: shown };
}
