import type { Endpoint } from '../../../service/api/endpoint.ts';
import { endpoints } from '../../../service/api/endpoints.ts';
import { ApiServer } from '../api-server.ts';
import { FakeReplica } from '../fake-replica.ts';
import { bearer, grantsByToken, tokenSecurity } from './tokens.ts';

type Access = 'public' | 'reader' | 'editor' | 'pusher' | 'operator';

/**
 * What every route needs, written down a second time: a route that is not here fails the test, and so does one
 * whose declaration says something else.
 */
const needed: Readonly<Record<string, Access>> = {
  'GET /': 'public',
  'GET /v1': 'public',
  'GET /v1/': 'public',
  'GET /livez': 'public',
  'GET /readyz': 'public',
  'GET /healthz': 'public',
  'GET /metrics': 'operator',
  'GET /v1/openapi.json': 'public',
  'GET /docs': 'public',
  'GET /docs/:file': 'public',
  'GET /v1/policies': 'reader',
  'POST /v1/policies': 'editor',
  'GET /v1/policies/:policy': 'reader',
  'DELETE /v1/policies/:policy': 'editor',
  'POST /v1/policies/:policy?action=simulate': 'editor',
  'POST /v1/policies/:policy?action=validate': 'editor',
  'PUT /v1/policies/:policy': 'editor',
  'PATCH /v1/policies/:policy': 'editor',
  'GET /v1/policies/:policy/status': 'reader',
  'GET /v1/policies/:policy/rules': 'reader',
  'POST /v1/policies/:policy/rules': 'editor',
  'GET /v1/policies/:policy/rules/:rule': 'reader',
  'PUT /v1/policies/:policy/rules/:rule': 'editor',
  'PATCH /v1/policies/:policy/rules/:rule': 'editor',
  'DELETE /v1/policies/:policy/rules/:rule': 'editor',
  'GET /v1/policies/:policy/rules/:rule/status': 'reader',
  'GET /v1/policies/:policy/tables': 'reader',
  'GET /v1/policies/:policy/tables/:table': 'reader',
  'GET /v1/policies/:policy/tables/:table/rows': 'reader',
  'PUT /v1/policies/:policy/tables/:table/rows': 'editor',
  'GET /v1/policies/:policy/tables/:table/explanation': 'reader',
  'GET /v1/librarypolicies': 'reader',
  'POST /v1/librarypolicies': 'editor',
  'GET /v1/librarypolicies/:library': 'reader',
  'PUT /v1/librarypolicies/:library': 'editor',
  'DELETE /v1/librarypolicies/:library': 'editor',
  'GET /v1/data-sources': 'reader',
  'POST /v1/data-sources': 'operator',
  'GET /v1/data-sources/:source': 'reader',
  'DELETE /v1/data-sources/:source': 'operator',
  'POST /v1/data-sources/:source?action=request_refresh': 'operator',
  'POST /v1/data-sources/:source?action=update': 'operator',
  'POST /v1/data-sources/:source?action=execute': 'operator',
  'POST /v1/policies/:policy?action=execute': 'operator',
  'GET /v1/system/executions': 'operator',
  'GET /v1/system/executions/:execution': 'operator',
  'POST /v1/system/executions/:execution?action=approve': 'operator',
  'POST /v1/system/executions/:execution?action=retry': 'operator',
  'GET /v1/system/enforcement': 'operator',
  'PUT /v1/system/enforcement': 'operator',
  'GET /v1/data-sources/:source/schema': 'reader',
  'GET /v1/data-sources/:source/status': 'reader',
  'GET /v1/data-sources/:source/polling': 'reader',
  'GET /v1/data-sources/:source/actions': 'reader',
  'POST /v1/data-sources/:source/webhook': 'pusher',
  'GET /v1/data-sources/:source/tables': 'reader',
  'GET /v1/data-sources/:source/tables/:table': 'reader',
  'GET /v1/data-sources/:source/tables/:table/spec': 'reader',
  'GET /v1/data-sources/:source/tables/:table/rows': 'reader',
  'PUT /v1/data-sources/:source/tables/:table/rows': 'pusher',
  'GET /v1/system/changes': 'operator',
  'GET /v1/system/changes/stream': 'operator',
  'GET /v1/system/replicas': 'operator',
  'GET /v1/system/sequence': 'operator',
  'GET /v1/system/drivers': 'reader',
  'GET /v1/system/drivers/:driver': 'reader',
};

/** Who gets in where; `ds` is the data source of the paths below. */
const admitted: Readonly<Record<Access, readonly string[]>> = {
  public: ['nobody', ...Object.keys(grantsByToken)],
  reader: ['a-reader', 'an-editor', 'an-operator', 'an-admin'],
  editor: ['an-editor', 'an-admin'],
  pusher: ['a-pusher', 'a-pusher-anywhere', 'an-operator', 'an-admin'],
  operator: ['an-operator', 'an-admin'],
};

interface Declared {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access | undefined;
}

function declaredIn(endpoint: Endpoint): readonly Declared[] {
  const { path, open, actions = {} } = endpoint;
  const methods = { GET: endpoint.get ?? open, POST: endpoint.post, PUT: endpoint.put };
  const more = { PATCH: endpoint.patch, DELETE: endpoint.delete };
  const plain = Object.entries({ ...methods, ...more }).flatMap(([method, route]) =>
    route === undefined ? [] : [{ name: `${method} ${path}`, method, path, access: route.access }],
  );
  const byAction = Object.entries(actions).map(([action, { access }]) => {
    const full = `${path}?action=${action}`;
    return { name: `POST ${full}`, method: 'POST', path: full, access };
  });
  return [...plain, ...byAction];
}

const declared = endpoints.flatMap(declaredIn);

describe('the table of what routes need', () => {
  it('has every route of the server, and no other', () => {
    expect(declared.map(({ name }) => name).sort()).toEqual(Object.keys(needed).sort());
  });

  it.each(declared)('is what $name declares', ({ name, access }) => {
    expect(access).toBe(needed[name]);
  });
});

describe('each route lets in who may use it', () => {
  let server: ApiServer;
  const senders = ['nobody', 'a-stranger', ...Object.keys(grantsByToken)];

  beforeAll(async () => {
    server = await ApiServer.overReplica(new FakeReplica(), tokenSecurity());
  });
  afterAll(() => server.close());

  it.each(declared)('$name', async ({ name, method, path }) => {
    const access = needed[name] ?? 'public';
    const url = path.replace(':source', 'ds').replace(/:(\w+)/g, 'x');
    for (const sender of senders) {
      const headers = sender === 'nobody' ? {} : bearer(sender);
      const { status, json, headers: got } = await server.send({ method, path: url, headers });
      const isKnown = Object.hasOwn(grantsByToken, sender);
      const expected = access === 'public' || admitted[access].includes(sender) ? 'in' : isKnown ? 403 : 401;
      const actual = status === 401 || status === 403 ? status : 'in';
      expect([sender, actual]).toEqual([sender, expected]);
      if (expected === 'in') continue;
      expect(json.error).toEqual({
        message: expect.stringMatching(
          expected === 401 ? /^Unauthorized::/ : /^Forbidden::this needs the role/,
        ),
        error_code: expected,
        error_data: null,
      });
      expect(got['www-authenticate']).toBe(expected === 401 ? 'Bearer realm="congress"' : undefined);
    }
  });
});
