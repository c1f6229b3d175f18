import { z } from 'zod';
import type { JsonObject } from '../../base/json.ts';
import { nameLengthMax } from '../../base/limits.ts';
import type { Driver } from '../../datasources/driver.ts';
import { checkDriverOptions, driverNamed } from '../../datasources/driver-options.ts';
import {
  InvalidDriverConfig,
  MissingDriverOptions,
  UnknownDriver,
  UnknownDriverOptions,
} from '../../datasources/problems.ts';
import { pythonText } from '../../datasources/python-text.ts';
import type { PollingMode } from '../../policy/entities.ts';
import { InvalidDataSourceName } from '../../policy/problems.ts';
import { isDataSourceName, type NewDataSource } from '../../policy/writes/create-data-source.ts';
import { JsonSyntaxError, readJson } from '../json-reader.ts';
import { BadRequest, WireError } from '../problems.ts';
import { component } from '../schemas/component.ts';
import { checked, notAnObject } from './checked.ts';
import { isJsonObject } from './json-shape.ts';

/** Longest description, in UTF-16 code units. */
const descriptionLengthMax = 4_096;

/** How a data source is polled. */
export const pollingSchema = z.enum(
  ['leased', 'every-replica'],
  '`polling` must be `leased` or `every-replica`',
);

const idMessage = `\`id\` must be a text of at most ${nameLengthMax} characters`;
const descriptionMessage = `\`description\` must be a text of at most ${descriptionLengthMax} characters`;

/** For the document, and for the members that Congress has no words for. */
export const newDataSourceSchema = component(
  'NewDataSource',
  z.looseObject({
    name: z.string(),
    driver: z.string(),
    /** Options of the driver; or their JSON as a text. */
    config: z.union([z.record(z.string(), z.unknown()), z.string()]).nullish(),
    description: z.string(descriptionMessage).max(descriptionLengthMax, descriptionMessage).nullish(),
    id: z.string(idMessage).max(nameLengthMax, idMessage).nullish(),
    /** How rows are fetched, for drivers that poll: by each replica, or by one for all. */
    polling: pollingSchema.optional(),
    /** Only true: a data source that is switched off cannot be created. */
    enabled: z.literal(true).optional(),
  }),
);

/**
 * The body of POST /v1/data-sources, checked in Congress's order (reference 1.13): name, driver, unknown
 * options, missing options, values. Other keys are ignored. Throws WireError, BadRequest,
 * InvalidDataSourceName.
 */
export function newDataSourceFrom(
  body: unknown,
  context: {
    readonly drivers: ReadonlyMap<string, Driver>;
    readonly newId: string;
    /** Where the body does not say. */
    readonly pollingDefault: PollingMode;
  },
): NewDataSource {
  if (!isJsonObject(body)) throw new BadRequest(notAnObject);
  // A client may choose the id; anything empty means a new one.
  const id = checked(newDataSourceSchema.shape.id, body.id) || context.newId;
  const { name } = body;
  if (typeof name === 'string' && !isDataSourceName(name)) throw new InvalidDataSourceName(name);
  const config = configOf(body);
  const driver = knownDriver(body, { ...context, id, config });
  checkOptions(driver, config ?? {});
  if (typeof name !== 'string') throw new InvalidDataSourceName(pythonText(name, 'ordinary'));
  const creationFails = `Datasource service: ${name} creation fails.`;
  // Congress cannot create a data source that is switched off; neither can we, so nobody expects it to rest.
  if (body.enabled !== undefined && body.enabled !== true)
    throw new WireError(creationFails, { status: 400 });
  const polling = checked(newDataSourceSchema.shape.polling, body.polling);
  return {
    id,
    name,
    driver: driver.id,
    description: checked(newDataSourceSchema.shape.description, body.description) ?? null,
    enabled: true,
    config,
    tables: tablesOf(driver, { config: config ?? {}, creationFails }),
    ...(driver.feed === 'poll' ? { polling: polling ?? context.pollingDefault } : {}),
  };
}

/** An object, or its JSON as a text. */
function configOf(body: JsonObject): JsonObject | null {
  const config = typeof body.config === 'string' ? parsedConfig(body.config) : body.config;
  if (config === undefined || config === null) return null;
  if (!isJsonObject(config)) throw new BadRequest('`config` must be an object');
  return config;
}

function parsedConfig(text: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new BadRequest(`\`config\` is no JSON: ${error.message}`);
    throw error;
  }
}

function knownDriver(
  body: JsonObject,
  request: {
    readonly drivers: ReadonlyMap<string, Driver>;
    readonly id: string;
    readonly config: JsonObject | null;
  },
): Driver {
  try {
    return driverNamed(request.drivers, body.driver);
  } catch (problem) {
    if (!(problem instanceof UnknownDriver)) throw problem;
    const asked = {
      id: request.id,
      name: body.name,
      driver: body.driver,
      description: body.description,
      type: null,
      enabled: body.enabled ?? true,
      config: request.config,
    };
    throw new WireError(`Invalid driver: ${pythonText(asked, 'ordinary')}`, { status: 400 });
  }
}

/** Names of options. Throws WireError. */
export function checkOptions(driver: Driver, config: JsonObject): void {
  try {
    checkDriverOptions(driver, config);
  } catch (problem) {
    if (problem instanceof UnknownDriverOptions) {
      const options = problem.options.map((name) => pythonText(name)).join(', ');
      throw new WireError(`Invalid driver options: {${options}}`, { status: 400 });
    }
    if (problem instanceof MissingDriverOptions) {
      throw new WireError(`Missing required config options: ${problem.options.join(', ')}`, { status: 400 });
    }
    throw problem;
  }
}

/** Throws WireError with every problem of the configuration. */
export function tablesOf(
  driver: Driver,
  request: { readonly config: JsonObject; readonly creationFails: string },
): NewDataSource['tables'] {
  try {
    return driver.tables(request.config);
  } catch (problem) {
    if (!(problem instanceof InvalidDriverConfig)) throw problem;
    throw new WireError(`${request.creationFails} ${problem.message}`, {
      status: 400,
      errorData: problem.problems,
    });
  }
}
