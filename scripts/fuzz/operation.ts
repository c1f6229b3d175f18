import { z } from 'zod';
import type { Endpoint } from '../../service/api/endpoint.ts';
import { errorSchema } from '../../service/api/schemas/system-schema.ts';

/** One route as far as asking for it is concerned. */
export interface Operation {
  readonly method: string;
  /** With `:names`; `?action=` where it is one. */
  readonly path: string;
  readonly query: readonly string[];
  /** Null where it takes no body. */
  readonly body: JsonSchema | null;
  /** 5xx that its declaration says it may answer; 501 and 503 every route may. */
  readonly serverErrors: readonly number[];
  /** 4xx and 5xx that it answers with a body of its own. */
  readonly statements: readonly number[];
}

/** What the generator understands of JSON Schema; the rest is ignored. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
}

/** What OpenAPI is made of: every method and action of every route, with the schemas that requests are checked by. */
export function operationsOf(endpoints: readonly Endpoint[]): readonly Operation[] {
  return endpoints.flatMap((endpoint) => {
    const { path, open, actions = {} } = endpoint;
    const methods = {
      GET: endpoint.get ?? open,
      POST: endpoint.post,
      PUT: endpoint.put,
      PATCH: endpoint.patch,
      DELETE: endpoint.delete,
    };
    const plain = Object.entries(methods).flatMap(([method, route]) =>
      route === undefined ? [] : [operation({ method, path }, route)],
    );
    const byAction = Object.entries(actions).map(([action, route]) =>
      operation({ method: 'POST', path: `${path}?action=${action}` }, route),
    );
    return [...plain, ...byAction];
  });
}

type Route = NonNullable<Endpoint['get'] | Endpoint['post'] | Endpoint['open']>;

function operation(where: { readonly method: string; readonly path: string }, route: Route): Operation {
  const body = 'body' in route && route.body !== undefined ? route.body : null;
  return {
    ...where,
    query: Object.keys(route.query ?? {}),
    body:
      body === null ? null : (z.toJSONSchema(body, { unrepresentable: 'any', io: 'input' }) as JsonSchema),
    serverErrors: Object.keys(route.answers)
      .map(Number)
      .filter((status) => status >= 500),
    statements: Object.entries(route.answers)
      .filter(([status, shape]) => Number(status) >= 400 && shape !== errorSchema)
      .map(([status]) => Number(status)),
  };
}
