import { z } from 'zod';
import type { JsonObject } from '../../../base/json.ts';
import { nameLengthMax } from '../../../base/limits.ts';
import { isTableName } from '../../names.ts';
import { InvalidDriverConfig } from '../../problems.ts';
import { isRowsPath, parseColumnPath } from './json-path.ts';
import { placeholdersIn } from './template.ts';

/** Most tables, columns of one table, actions and arguments of one action. */
const namesMax = 200;

const name = z.string().min(1).max(nameLengthMax);
const rowsPath = z.string().max(4_096).refine(isRowsPath, 'is no JSONPath (RFC 9535)');
const columnPath = z
  .string()
  .max(4_096)
  .refine(
    (text) => parseColumnPath(text) !== null,
    'is no JSONPath (RFC 9535), with `^` in front for outer levels',
  );
const headers = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no name of a header'),
  z.string().regex(/^[\x20-\x7e\t]*$/, 'is no value of a header'),
);
const reserved = /^(host|content-length|transfer-encoding|connection|idempotency-key|if-none-match)$/i;
const freeHeaders = headers.refine(
  (given) => !Object.keys(given).some((header) => reserved.test(header)),
  'sets a header that the driver sets itself',
);
const wholeNumber = (minimum: number, maximum: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
    ])
    .pipe(z.int().min(minimum).max(maximum));

const base = z.string().superRefine((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return context.addIssue('is no http or https URL');
  if (url.username !== '' || url.password !== '') context.addIssue('holds credentials: use `secret_headers`');
});

const table = z.strictObject({
  url: z.string().max(4_096).optional(),
  rows: rowsPath,
  columns: z
    .record(name, columnPath)
    .refine((columns) => inRange(Object.keys(columns).length), `must have 1 to ${namesMax} entries`),
  next: rowsPath.optional(),
});

const action = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
    url: z.string().min(1).max(4_096),
    body: z.json().optional(),
    headers: freeHeaders.default({}),
    arguments: z.array(name).max(namesMax).default([]),
    description: z.string().max(4_096).default(''),
    delivery: z.enum(['at-least-once', 'at-most-once']).default('at-least-once'),
    attempts: wholeNumber(1, 100).default(5),
    backoff_ms: wholeNumber(1, 3_600_000).default(1_000),
    timeout: wholeNumber(1, 300).default(30),
  })
  .superRefine(({ url, body, arguments: declared }, context) => {
    const used = placeholdersIn(url).concat(placeholdersIn(body ?? null));
    for (const placeholder of new Set(used)) {
      if (!declared.includes(placeholder))
        context.addIssue(`uses \`{${placeholder}}\`, which is no argument`);
    }
    if (new Set(declared).size < declared.length) context.addIssue('names an argument twice');
  });

const config = z.strictObject({
  url: base,
  headers: freeHeaders.default({}),
  secret_headers: freeHeaders.default({}),
  poll_time: wholeNumber(0, 86_400).default(60),
  timeout: wholeNumber(1, 300).default(30),
  answer_bytes_max: wholeNumber(1_024, 999_999_999).default(256 * 1024 * 1024),
  tables: z
    .record(z.string().refine(isTableName, 'is not a valid table name'), table)
    .refine((tables) => Object.keys(tables).length <= namesMax, `must have at most ${namesMax} entries`)
    .default({}),
  actions: z
    .record(z.string().refine(isTableName, 'is not a valid name'), action)
    .refine((actions) => Object.keys(actions).length <= namesMax, `must have at most ${namesMax} entries`)
    .default({}),
});

/** The checked configuration of an `http_json` data source. */
export type HttpJsonConfig = z.output<typeof config>;
export type HttpJsonTable = HttpJsonConfig['tables'][string];
export type HttpJsonAction = HttpJsonConfig['actions'][string];

/** Throws InvalidDriverConfig listing every problem, each with its place. Never quotes a secret. */
export function httpJsonConfig(given: JsonObject): HttpJsonConfig {
  const parsed = config.safeParse(given);
  if (!parsed.success) throw new InvalidDriverConfig(parsed.error.issues.map(problemText));
  const problems = Object.entries({ ...parsed.data.tables, ...parsed.data.actions }).flatMap(
    ([key, { url }]) =>
      url === undefined || isBelow(url, parsed.data.url) ? [] : [`\`${key}.url\` leads to another origin`],
  );
  if (problems.length > 0) throw new InvalidDriverConfig(problems);
  return parsed.data;
}

/** A URL, whatever its placeholders become, of the data source's own service. */
function isBelow(url: string, origin: string): boolean {
  const filled = url.replace(/\{[^{}]*\}/g, 'x');
  const start = url.split(/[/?#]/, url.includes('://') ? 3 : 1).join('/');
  if (url.includes('://') && /[{}]/.test(start)) return false;
  return URL.canParse(filled, origin) && new URL(filled, origin).origin === new URL(origin).origin;
}

function problemText(issue: z.core.$ZodIssue): string {
  const { path } = issue;
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  const place = path.map(String).join('.');
  const text = message.replace(/^Invalid input: /, '').replace(/^Invalid /, 'invalid ');
  return place === '' ? text : `\`${place}\` ${text}`;
}

function inRange(count: number): boolean {
  return count >= 1 && count <= namesMax;
}
