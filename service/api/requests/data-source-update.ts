import { z } from 'zod';
import type { JsonObject } from '../../base/json.ts';
import type { Driver } from '../../datasources/driver.ts';
import { hiddenValue } from '../../datasources/driver-options.ts';
import type { DataSource } from '../../policy/entities.ts';
import type { DataSourceUpdate } from '../../policy/writes/update-data-source.ts';
import { BadRequest } from '../problems.ts';
import { component } from '../schemas/component.ts';
import { checked, notAnObject } from './checked.ts';
import { isJsonObject } from './json-shape.ts';
import { checkOptions, newDataSourceSchema, pollingSchema, tablesOf } from './new-data-source.ts';

/** What can be changed of a data source while it is in use; what is absent stays. */
export const dataSourceUpdateSchema = component(
  'DataSourceUpdate',
  z.strictObject({
    description: newDataSourceSchema.shape.description,
    /** As a whole; a secret given as `<hidden>` stays. */
    config: z.record(z.string(), z.unknown()).optional(),
    polling: pollingSchema.optional(),
  }),
);

/** The body of POST /v1/data-sources/<ds>?action=update. Throws WireError, BadRequest. */
export function dataSourceUpdateFrom(
  body: unknown,
  { driver, source }: { readonly driver: Driver; readonly source: DataSource },
): Omit<DataSourceUpdate, 'id'> {
  if (!isJsonObject(body)) throw new BadRequest(notAnObject);
  const { description, polling } = checked(dataSourceUpdateSchema, body);
  if (polling !== undefined && source.polling === undefined) {
    throw new BadRequest(`data source \`${source.name}\` is not polled`);
  }
  const config = body.config as JsonObject | undefined;
  return {
    ...(description === undefined ? {} : { description }),
    ...(polling === undefined ? {} : { polling }),
    ...(config === undefined ? {} : { config, tables: tablesFor(config, driver) }),
  };
}

function tablesFor(config: JsonObject, driver: Driver): DataSource['tables'] {
  checkOptions(driver, config);
  // What stays hidden was checked when it was given.
  const shown = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== hiddenValue));
  return tablesOf(driver, { config: shown, creationFails: 'The configuration cannot be used.' });
}
