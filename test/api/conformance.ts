import { Ajv2020 } from 'ajv/dist/2020.js';
import { canonicalPath } from '../../service/api/canonical-path.ts';
import { endpoints } from '../../service/api/endpoints.ts';
import { openApiDocument } from '../../service/api/openapi/openapi-document.ts';

/** What the tests saw of an answer. */
interface Seen {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly text: string;
}

interface Content {
  readonly [mediaType: string]: { readonly schema: object };
}
interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
type PathItem = Readonly<Record<string, Operation | undefined>>;

const document = openApiDocument(endpoints) as unknown as {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: object };
};
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'openapi', components: document.components });

const patterns = Object.entries(document.paths)
  .map(([path, item]) => ({
    path,
    item,
    pattern: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`),
  }))
  // Literal segments go first, as in the server.
  .sort((left, right) => left.path.split('{').length - right.path.split('{').length);

/** Of a bug (reference 1.3, rule 5). */
const bareFailureText = '{"error":{"message":"Internal server error","error_code":500,"error_data":null}}\n';

const validators = new Map<object, (value: unknown) => boolean>();

/**
 * What is wrong with an answer according to the OpenAPI document; null when nothing is. Paths that the document
 * does not have, and methods that it does not list, may only answer 404, 300 or 501, and errors of requests that
 * are none. A bug that a test made is not documented either.
 */
export function nonconformity(seen: Seen): string | null {
  if (seen.text === bareFailureText) return null;
  const path = canonicalPath(seen.path.split('?')[0] ?? '/');
  const found = patterns.find(({ pattern }) => pattern.test(path));
  const operation = found?.item[seen.method.toLowerCase()];
  if (operation === undefined) return undocumented(seen);
  const response = operation.responses[String(seen.status)];
  if (response === undefined) return `${seen.method} ${found?.path}: status ${seen.status} is not documented`;
  if (response.content === undefined) return seen.text === '' ? null : 'a body where none is documented';
  const type = (seen.contentType ?? '').split(';')[0] ?? '';
  const schema = response.content[type]?.schema;
  if (schema === undefined) {
    const page = found?.path.startsWith('/docs') && type.startsWith('text/');
    return page ? null : `${seen.method} ${found?.path}: ${seen.status} is not documented as ${type}`;
  }
  if (type !== 'application/json') return null;
  return schemaErrors(schema, JSON.parse(seen.text));
}

function undocumented({ method, status, path }: Seen): string | null {
  // OPTIONS and HEAD are methods like others that are not there (reference 1.1); any method reaches versions.
  return [200, 300, 400, 401, 404, 429, 431, 501, 503].includes(status)
    ? null
    : `${method} ${path}: status ${status} of nothing that is documented`;
}

function schemaErrors(schema: object, value: unknown): string | null {
  const known = validators.get(schema);
  const validate = known ?? ajv.compile(inDocument(schema));
  validators.set(schema, validate);
  if (validate(value)) return null;
  return ajv.errorsText((validate as { errors?: null | [] }).errors ?? null);
}

/** References point into the document. */
function inDocument(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/'));
}
