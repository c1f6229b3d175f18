import type { Json } from '../../base/json.ts';
import type { Driver, DriverTable } from '../../datasources/driver.ts';
import { InvalidDriverConfig } from '../../datasources/problems.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { pagedList } from '../paging.ts';
import { WireError } from '../problems.ts';
import { tableJson } from '../schema-json.ts';
import { driverSchema, driversSchema } from '../schemas/data-source-schema.ts';
import { pageParameters } from '../schemas/page-parameters.ts';

/** Kinds of data sources that this server knows (reference 1.12). */
export const driverEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/system/drivers',
    shape: 'collection',
    get: {
      summary: 'List the drivers',
      access: 'reader',
      query: pageParameters,
      answers: { 200: driversSchema },
      handle: listDrivers,
    },
  },
  {
    path: '/v1/system/drivers/:driver',
    shape: 'element',
    get: {
      summary: 'Show a driver with its options and tables',
      access: 'reader',
      answers: { 200: driverSchema },
      handle: showDriver,
    },
  },
];

function listDrivers(call: Call): Answer {
  const drivers = [...call.context.drivers.values()];
  return pagedList(
    call,
    drivers.map(({ id, description }) => ({ id, description })),
  );
}

function showDriver({ context, params }: Call): Answer {
  const id = params.driver ?? '';
  const driver = context.drivers.get(id);
  if (driver === undefined) {
    const message = `Driver not found ${id}. Either not supported or disabled by deployer in Congress config`;
    throw new WireError(message, { status: 404 });
  }
  return objectAnswer(driverJson(driver));
}

function driverJson(driver: Driver): Json {
  const { id, description, options } = driver;
  const secret = options.filter((option) => option.secret).map((option) => option.name);
  return {
    id,
    description,
    config: Object.fromEntries(
      options.map(({ name, required }) => [name, required ? 'required' : '(optional)']),
    ),
    ...(secret.length > 0 ? { secret } : {}),
    tables: tablesWithoutConfig(driver).map(tableJson),
  };
}

/** Tables that are the same for every configuration; none when the configuration decides. */
function tablesWithoutConfig(driver: Driver): readonly DriverTable[] {
  try {
    return driver.tables({});
  } catch (problem) {
    if (problem instanceof InvalidDriverConfig) return [];
    throw problem;
  }
}
