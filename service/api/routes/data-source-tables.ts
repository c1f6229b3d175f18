import { z } from 'zod';
import type { DataSource, TableSchema } from '../../policy/entities.ts';
import { DataSourceTableNotFound } from '../../policy/problems.ts';
import { type Answer, emptyAnswer, objectAnswer } from '../answer.ts';
import type { Call, Endpoint, WriteCall } from '../endpoint.ts';
import { nothingFound } from '../errors.ts';
import { writeOptions } from '../idempotency.ts';
import { pagedList, pagedRows } from '../paging.ts';
import { BadRequest, WireError } from '../problems.ts';
import { parseRowsBody } from '../request-body.ts';
import { tableJson } from '../schema-json.ts';
import { pageParameters } from '../schemas/page-parameters.ts';
import { rowsSchema, tableColumnsSchema, tableNameSchema, tablesSchema } from '../schemas/table-schema.ts';
import { dataSourceOf, serviceMissing } from './data-source-lookup.ts';

const missing = serviceMissing({ prefix: 'Not Found::' });

/** Tables and rows of data sources (reference 1.7, 1.8, 1.14, 1.15). */
export const dataSourceTableEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/data-sources/:source/tables',
    shape: 'collection',
    get: {
      summary: 'List the tables of a data source',
      access: 'reader',
      query: pageParameters,
      answers: { 200: tablesSchema },
      handle: listTables,
    },
  },
  {
    path: '/v1/data-sources/:source/tables/:table',
    shape: 'element',
    get: {
      summary: 'Show that a data source has a table',
      access: 'reader',
      answers: { 200: tableNameSchema },
      handle: showTable,
    },
  },
  {
    path: '/v1/data-sources/:source/tables/:table/spec',
    shape: 'element',
    get: {
      summary: 'Show the columns of a table',
      access: 'reader',
      answers: { 200: tableColumnsSchema },
      handle: showSpec,
    },
  },
  {
    path: '/v1/data-sources/:source/tables/:table/rows',
    shape: 'collection',
    get: {
      summary: 'List the rows of a table of a data source',
      access: 'reader',
      query: { ...pageParameters, trace: z.string().describe('ignored') },
      answers: { 200: rowsSchema },
      handle: listRows,
    },
    put: {
      summary: 'Replace all rows of a table of a data source that is pushed to',
      access: 'pusher',
      heavy: true,
      body: z.array(z.unknown()).describe('rows in the form that the driver takes'),
      answers: { 200: null },
      handle: replaceRows,
    },
  },
  { path: '/v1/data-sources/:source/tables/:table/rows/:row', shape: 'element' },
];

function listTables(call: Call): Answer {
  const { tables } = dataSourceOf(call, missing);
  return pagedList(
    call,
    tables.map(({ table }) => ({ id: table })),
  );
}

function showTable(call: Call): Answer {
  const found = schemaOf(dataSourceOf(call, missing), call);
  return found === undefined ? nothingFound() : objectAnswer({ id: found.table });
}

function showSpec(call: Call): Answer {
  const source = dataSourceOf(call, serviceMissing({ prefix: '' }));
  const found = schemaOf(source, call);
  if (found !== undefined) return objectAnswer(tableJson(found));
  const { table = '', source: named = '' } = call.params;
  throw new WireError(`Table '${table}' for datasource '${named}' has no schema `, { status: 404 });
}

function listRows(call: Call): Answer {
  const source = dataSourceOf(call, missing);
  const found = schemaOf(source, call);
  if (found === undefined) {
    throw new DataSourceTableNotFound({ table: call.params.table ?? '', dataSourceName: source.name });
  }
  const rows = call.context.replica.engine.rows({
    policy: source.engineName,
    table: found.table,
    arity: found.columns.length,
    modal: null,
  });
  return pagedRows(call, rows, null);
}

/** Replaces the whole table on every replica, or nothing. The body is a list of rows, read losslessly. */
async function replaceRows(call: WriteCall): Promise<Answer> {
  const { replica, drivers, settings } = call.context;
  const text = await call.text(settings.rowsBodyBytesMax);
  const body = parseRowsBody(text);
  await replica.awaitConsistency({ kind: 'linearizable', explicit: true }, call.signal);
  const source = dataSourceOf(call, missing);
  const driver = drivers.get(source.driver);
  if (driver?.rowsFromPush === undefined) {
    throw new BadRequest(`Method replace_entire_table_data not supported for datasource ${source.name}`);
  }
  const found = schemaOf(source, call);
  if (found === undefined) {
    throw new BadRequest(`translator: ${call.params.table ?? ''} is not in the datasource driver`);
  }
  const rows = driver.rowsFromPush(found, body);
  await replica.replaceRows({ dataSource: source.id, table: found.table, rows }, writeOptions(call, text));
  return emptyAnswer();
}

function schemaOf(source: DataSource, call: Call): TableSchema | undefined {
  return call.context.replica.catalog.tableSchema(source.id, call.params.table ?? '');
}
