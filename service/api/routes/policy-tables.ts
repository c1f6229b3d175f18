import { z } from 'zod';
import { policyRows } from '../../policy/queries.ts';
import { traceOfRows } from '../../policy/trace/traced-rows.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import type { Call, Endpoint, WriteCall } from '../endpoint.ts';
import { nothingFound } from '../errors.ts';
import { pagedList, pagedRows } from '../paging.ts';
import { BadRequest } from '../problems.ts';
import { parseBody } from '../request-body.ts';
import { pageParameters } from '../schemas/page-parameters.ts';
import { errorSchema } from '../schemas/system-schema.ts';
import { tableNameSchema, tablesSchema, tracedRowsSchema, traceParameter } from '../schemas/table-schema.ts';

/** Tables and rows of policies, and of data sources as rules see them (reference 1.7, 1.8). */
export const policyTableEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/policies/:policy/tables',
    shape: 'collection',
    get: {
      summary: 'List the tables of a policy',
      access: 'reader',
      query: pageParameters,
      answers: { 200: tablesSchema },
      handle: listTables,
    },
  },
  {
    path: '/v1/policies/:policy/tables/:table',
    shape: 'element',
    get: {
      summary: 'Show that a policy has a table',
      access: 'reader',
      answers: { 200: tableNameSchema },
      handle: showTable,
    },
  },
  {
    path: '/v1/policies/:policy/tables/:table/rows',
    shape: 'collection',
    get: {
      summary: 'List the rows of a table of a policy',
      access: 'reader',
      query: { ...pageParameters, trace: traceParameter },
      // 500: the table is mentioned, but nothing says how many columns it has (reference 1.8).
      answers: { 200: tracedRowsSchema, 500: errorSchema },
      handle: listRows,
    },
    put: {
      summary: 'Refused: rows of a policy follow from its rules',
      access: 'editor',
      body: z.unknown(),
      answers: {},
      handle: replaceRows,
    },
  },
  { path: '/v1/policies/:policy/tables/:table/rows/:row', shape: 'element' },
];

function listTables(call: Call): Answer {
  const tables = call.context.replica.catalog.tablesOf(policyNameOf(call));
  if (tables === undefined) return nothingFound();
  return pagedList(
    call,
    tables.map((table) => ({ id: table })),
  );
}

function showTable(call: Call): Answer {
  const table = call.params.table ?? '';
  return call.context.replica.catalog.hasTable(policyNameOf(call), table)
    ? objectAnswer({ id: table })
    : nothingFound();
}

function listRows(call: Call): Answer {
  const { catalog, engine } = call.context.replica;
  const asked = { policy: policyNameOf(call), table: call.params.table ?? '' };
  const rows = policyRows({ catalog, engine }, asked);
  const isTraced = call.query.get('trace')?.toLowerCase() === 'true';
  const trace = isTraced ? traceOfRows({ catalog, engine }, asked) || 'Not available' : null;
  return pagedRows(call, rows, trace);
}

/** Rows of a policy follow from its rules: there is nothing to replace (reference 1.4). */
async function replaceRows(call: WriteCall): Promise<Answer> {
  parseBody(await call.text(call.context.settings.requestBodyBytesMax));
  throw new BadRequest('Method replace_entire_table_data not supported for datasource __engine');
}

/** Policies are found by id as well, which Congress does not do here; data sources by the name rules use. */
function policyNameOf(call: Call): string {
  const shown = call.params.policy ?? '';
  return call.context.replica.catalog.policyByIdOrName(shown)?.name ?? shown;
}
