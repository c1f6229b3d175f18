import { z } from 'zod';
import { assert } from '../../base/assert.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Endpoint, OpenRoute, ReadRoute, WriteRoute } from '../endpoint.ts';
import { errorSchema } from '../schemas/system-schema.ts';
import { headerParameters, pathParameters } from './fixed-parts.ts';
import { JsonSchemas } from './json-schemas.ts';

type Route = ReadRoute | WriteRoute | OpenRoute;

/**
 * The OpenAPI 3.1 document of these endpoints: everything in it is what the routes declare, so it cannot say
 * anything else than they do. Actions of one path share its POST and are told apart by `?action=`.
 */
export function openApiDocument(endpoints: readonly Endpoint[]): JsonObject {
  const schemas = new JsonSchemas();
  const paths = Object.fromEntries(
    endpoints
      .map((endpoint) => [openApiPath(endpoint.path), pathItem(endpoint, schemas)] as const)
      .filter(([, item]) => Object.keys(item).length > 1),
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'Congress HA',
      // Of the API: what a stranger sees does not name the build.
      version: 'v1',
      description:
        'The OpenStack Congress v1 API and what was added to it. Methods that are not listed answer 501.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: schemas.named(),
      parameters: headerParameters,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
      },
    },
  };
}

/** `/v1/policies/:policy` in the notation of OpenAPI. */
export function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function pathItem(endpoint: Endpoint, schemas: JsonSchemas): JsonObject {
  const { get = endpoint.open, post, put, patch, delete: remove, actions = {} } = endpoint;
  const plain = Object.entries({ get, post, put, patch, delete: remove }).flatMap(([method, route]) =>
    route === undefined ? [] : [[method, operation(route, { method, endpoint, schemas })] as const],
  );
  const names = Object.keys(actions);
  const acting = names.length === 0 ? [] : [['post', actionOperation(endpoint, schemas)] as const];
  const parameters = [...endpoint.path.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    const description = pathParameters[name];
    assert(description !== undefined, `openapi/fixed-parts.ts describes the parameter ${name}`);
    return { name, in: 'path', required: true, description, schema: { type: 'string' } };
  });
  return { parameters, ...Object.fromEntries([...plain, ...acting]) };
}

interface Place {
  readonly method: string;
  readonly endpoint: Endpoint;
  readonly schemas: JsonSchemas;
}

function operation(route: Route, { method, endpoint, schemas }: Place): JsonObject {
  const isOpen = route === endpoint.open;
  return {
    summary: route.summary,
    operationId: operationId(method, endpoint.path),
    tags: [tagOf(endpoint.path)],
    ...access(route),
    parameters: [...queryParameters(route, schemas), ...headersOf(method, isOpen)],
    ...body(route, schemas),
    responses: {
      ...responses([route], { schemas, isOpen }),
      ...(route === endpoint.get
        ? { 304: { description: 'As the entity tag says, nothing has changed' } }
        : {}),
    },
  };
}

function actionOperation(endpoint: Endpoint, schemas: JsonSchemas): JsonObject {
  const actions = Object.entries(endpoint.actions ?? {});
  const routes = actions.map(([, route]) => route);
  const names = actions.map(([name]) => name.replaceAll('_', '-'));
  const action = {
    name: 'action',
    in: 'query',
    required: true,
    schema: { type: 'string', enum: [...new Set([...names, ...actions.map(([name]) => name)])] },
  };
  const query = new Map(
    routes
      .flatMap((route) => queryParameters(route, schemas))
      .map((parameter) => [parameter.name, parameter]),
  );
  const bodies = routes.map((route) => (route.body ? schemas.of(route.body, 'input') : {}));
  const described = actions.map(
    ([name, route]) =>
      `- \`${name.replaceAll('_', '-')}\`: ${route.summary}. Needs the role \`${route.access}\`.`,
  );
  return {
    summary: `Actions: ${names.join(', ')}`,
    description: described.join('\n'),
    operationId: operationId('act', endpoint.path),
    tags: [tagOf(endpoint.path)],
    security: [{ bearer: [] }, { token: [] }],
    parameters: [action, ...query.values(), ...headersOf('post', false)],
    requestBody: { content: { 'application/json': { schema: { anyOf: bodies } } } },
    responses: responses(routes, { schemas, isOpen: false }),
  };
}

function access({ access: role }: Route): JsonObject {
  if (role === 'public') return { security: [] };
  return { description: `Needs the role \`${role}\`.`, security: [{ bearer: [] }, { token: [] }] };
}

function queryParameters({ query = {} }: Route, schemas: JsonSchemas): JsonObject[] {
  return Object.entries(query).map(([name, schema]) => {
    const { description, ...rest } = schemas.of(schema, 'input');
    return { name, in: 'query', required: false, schema: rest, ...(description ? { description } : {}) };
  });
}

/** Headers that are read on all routes of a kind. */
function headersOf(method: string, isOpen: boolean): readonly JsonObject[] {
  const names = isOpen
    ? ['RequestId']
    : method === 'get'
      ? ['RequestId', 'Consistency', 'MinSequence', 'IfNoneMatch']
      : ['RequestId', 'IdempotencyKey'];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function body(route: Route, schemas: JsonSchemas): JsonObject {
  if (!('body' in route) || route.body === undefined) return {};
  const schema = schemas.of(route.body, 'input');
  return {
    requestBody: { required: true, content: { [route.mediaType ?? 'application/json']: { schema } } },
  };
}

/** What every route may answer besides what it declares, by kind. */
const commonErrors: Readonly<Record<number, string>> = {
  400: 'The request is wrong',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  409: 'In conflict with what is there',
  413: 'Too large',
  415: 'Not this media type',
  422: 'The Idempotency-Key was used for something else',
  429: 'Too many requests of this client',
  431: 'The headers are too large',
  501: 'Method not supported',
  503: 'Not now; see Retry-After',
};

function responses(
  routes: readonly Route[],
  given: { readonly schemas: JsonSchemas; readonly isOpen: boolean },
): JsonObject {
  const { schemas, isOpen } = given;
  const error = { content: { 'application/json': { schema: schemas.of(errorSchema, 'output') } } };
  const codes = isOpen ? [400, 401, 403, 429, 501, 503] : Object.keys(commonErrors).map(Number);
  const common = codes.map(
    (status) => [status, { description: commonErrors[status] ?? '', ...error }] as const,
  );
  const declared = new Map<number, JsonObject[]>();
  for (const route of routes) {
    for (const [status, shape] of Object.entries(route.answers)) {
      const content = shape === null ? {} : contentOf(shape, schemas);
      const others = declared.get(Number(status)) ?? (codes.includes(Number(status)) ? [error.content] : []);
      declared.set(Number(status), [...others, content]);
    }
  }
  const own = [...declared].map(([status, contents]) => [status, responseOf(status, contents)] as const);
  return Object.fromEntries([...common, ...own].map(([status, response]) => [String(status), response]));
}

function contentOf(shape: z.ZodType | { readonly mediaType: string }, schemas: JsonSchemas): JsonObject {
  if (shape instanceof z.ZodType) return { 'application/json': { schema: schemas.of(shape, 'output') } };
  return { [shape.mediaType]: { schema: { type: 'string' } } };
}

function responseOf(status: number, contents: readonly JsonObject[]): JsonObject {
  const description = commonErrors[status] ?? (status === 201 ? 'Created' : 'Done');
  const [first = {}, ...others] = contents;
  if (others.length === 0)
    return Object.keys(first).length === 0 ? { description } : { description, content: first };
  const schemas = contents.flatMap((content) => {
    const json = content['application/json'] as JsonObject | undefined;
    return json?.schema === undefined ? [] : [json.schema];
  });
  return { description, content: { 'application/json': { schema: { anyOf: schemas } } } };
}

/** `getV1Policies`; a slash at the end counts, because it is another path. */
function operationId(verb: string, path: string): string {
  const words = path.replace(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase());
  return `${verb}${words}${path.endsWith('/') ? 'Root' : ''}`;
}

function tagOf(path: string): string {
  const [first = '', second] = path.split('/').filter((part) => part !== '');
  return first === 'v1' ? (second ?? 'versions') : 'operations';
}
