import { z } from 'zod';
import { component, resultsOf } from './component.ts';
import { tableColumnsSchema } from './table-schema.ts';

/** Answers about data sources and drivers (reference 1.12 to 1.14). */

export const dataSourceSchema = component(
  'DataSource',
  z.strictObject({
    id: z.string(),
    name: z.string(),
    driver: z.string(),
    description: z.string().nullable(),
    type: z.null(),
    enabled: z.boolean(),
    /** Secrets are `<hidden>`. */
    config: z.record(z.string(), z.unknown()).nullable(),
  }),
);
export const dataSourcesSchema = component('DataSources', resultsOf(dataSourceSchema));

export const dataSourceTablesSchema = component(
  'DataSourceSchema',
  z.strictObject({ tables: z.array(tableColumnsSchema) }),
);

export const dataSourceStatusSchema = component(
  'DataSourceStatus',
  z.strictObject({
    last_updated: z.string(),
    last_error: z.string(),
    number_of_updates: z.string(),
    initialized: z.enum(['True', 'False']),
    subscriptions: z.array(z.unknown()),
    subscribers: z.array(z.string()),
  }),
);

export const dataSourcePollingSchema = component(
  'DataSourcePolling',
  z.strictObject({
    polling: z.enum(['leased', 'every-replica', 'none']),
    /** Milliseconds since 1970; of the last round that went well. */
    last_updated_ms: z.number().nullable(),
    age_ms: z.number().nullable(),
    last_error: z.string().nullable(),
    updates: z.number(),
    failures_in_a_row: z.number(),
    /** The service failed so often that it is only probed from time to time. */
    circuit_open: z.boolean(),
    /** No rule concludes anything from the absence of rows of a table that is not known. */
    tables: z.array(z.strictObject({ table: z.string(), known: z.boolean() })),
  }),
);

const argument = z.strictObject({ name: z.string(), description: z.string() });
export const actionsSchema = component(
  'Actions',
  resultsOf(z.strictObject({ name: z.string(), args: z.array(argument), description: z.string() })),
);

export const driversSchema = component(
  'Drivers',
  resultsOf(z.strictObject({ id: z.string(), description: z.string() })),
);

export const driverSchema = component(
  'Driver',
  z.strictObject({
    id: z.string(),
    description: z.string(),
    config: z.record(z.string(), z.enum(['required', '(optional)'])),
    secret: z.array(z.string()).optional(),
    tables: z.array(tableColumnsSchema),
  }),
);
