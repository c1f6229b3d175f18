import type { JsonObject } from '../../../base/json.ts';
import type { Driver, DriverAction, DriverTable } from '../../driver.ts';
import { httpJsonConfig } from './config.ts';
import { HttpJsonInstance } from './instance.ts';

/**
 * Any HTTP service that speaks JSON: its answers become tables, and its endpoints actions. docs/DATASOURCES.md
 * describes the configuration and gives an example.
 */
export const httpJsonDriver: Driver = {
  id: 'http_json',
  description: 'Any HTTP service that speaks JSON: polled for tables, called for actions.',
  options: [
    option('url', 'Where the service is; other URLs are relative to it and of the same origin.', true),
    option('headers', 'Headers of every request: {"<name>": "<value>"}.'),
    { ...option('secret_headers', 'Headers that are kept secret, such as Authorization.'), secret: true },
    option('poll_time', 'Seconds between two polls; 0 polls only on request. Default 60.'),
    option('answer_bytes_max', 'Most bytes of one list, after decompression. Default 268435456.'),
    option('timeout', 'Seconds that one poll may take. Default 30.'),
    option(
      'tables',
      'Tables: {"<table>": {"url", "rows": JSONPath, "columns": {"<column>": JSONPath}, "next"}}.',
    ),
    option('actions', 'Actions: {"<action>": {"method", "url", "body", "arguments", ...}}.'),
  ],
  feed: 'poll',
  webhook: 'refresh',
  tables,
  actions,
  open: (config, ports) => new HttpJsonInstance(httpJsonConfig(config), ports),
};

function option(name: string, description: string, required = false) {
  return { name, required, secret: false, description };
}

function tables(config: JsonObject): readonly DriverTable[] {
  return Object.entries(httpJsonConfig(config).tables).map(([table, { columns }]) => ({
    table,
    columns: Object.keys(columns).map((name) => ({ name, description: null })),
  }));
}

function actions(config: JsonObject): readonly DriverAction[] {
  return Object.entries(httpJsonConfig(config).actions)
    .map(([name, action]) => ({
      name,
      description: action.description,
      args: action.arguments.map((argument) => ({ name: argument, description: null })),
      retry: { delivery: action.delivery, attemptsMax: action.attempts, backoffMs: action.backoff_ms },
    }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}
