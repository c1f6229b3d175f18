import { ApiServer } from './api-server.ts';

const path = '/v1/data-sources/ds/tables/t/rows';

describe('pushed rows', () => {
  let server: ApiServer;

  beforeAll(async () => {
    server = await ApiServer.start();
    const config = { tables: { t: ['a', 'b'], none: [] } };
    expect((await server.post('/v1/data-sources', { name: 'ds', driver: 'push', config })).status).toBe(201);
  });
  afterAll(() => server.close());

  const push = (rawBody: string) => server.send({ method: 'PUT', path, rawBody });

  it('are empty before the first push', async () => {
    const reply = await server.get(path);
    expect(reply.text).toBe('{\n  "results": []\n}\n');
  });

  it('answer a push with an empty body', async () => {
    const reply = await push('[["x", 1]]');
    expect(reply.status).toBe(200);
    expect(reply.text).toBe('');
    expect(reply.headers['content-length']).toBe('0');
  });

  it.each([
    ['12345678901234567890123', '12345678901234567890123'],
    ['9007199254740993', '9007199254740993'],
    ['2', '2'],
    ['2.0', '2.0'],
    ['-0', '0'],
    ['1e3', '1000.0'],
    ['1e16', '1e+16'],
    ['0.00001', '1e-05'],
    ['0.1', '0.1'],
    ['1e999', '"inf"'],
    ['true', '"True"'],
    ['null', '"None"'],
    ['"Zürich \\u0000 \\"q\\" 😀"', '"Zürich \\u0000 \\"q\\" 😀"'],
    ['[1, "a", null]', '"[1, \'a\', None]"'],
    ['{"k": 2.0}', '"{\'k\': 2.0}"'],
  ])('keep %s as %s', async (sent, shown) => {
    expect((await push(`[["key", ${sent}]]`)).status).toBe(200);
    const { text } = await server.get(path);
    expect(text).toBe(
      `{\n  "results": [\n    {\n      "data": [\n        "key",\n        ${shown}\n      ]\n    }\n  ]\n}\n`,
    );
  });

  it('keep 2 and 2.0 apart in joins', async () => {
    await push('[["i", 2], ["f", 2.0]]');
    await server.post('/v1/policies', {
      name: 'typed',
      rules: [{ rule: 'integers(x) :- ds:t(x, 2)' }, { rule: 'floats(x) :- ds:t(x, 2.0)' }],
    });
    expect((await server.get('/v1/policies/typed/tables/integers/rows')).json.results).toEqual([
      { data: ['i'] },
    ]);
    expect((await server.get('/v1/policies/typed/tables/floats/rows')).json.results).toEqual([
      { data: ['f'] },
    ]);
  });

  it('replace the table, without duplicates', async () => {
    await push('[["old", 1]]');
    await push('[["new", 1], ["new", 1], {"b": 2, "a": "object"}]');
    const { results } = (await server.get(path)).json;
    expect(new Set(results.map(({ data }: { data: unknown }) => JSON.stringify(data)))).toEqual(
      new Set(['["new",1]', '["object",2]']),
    );
    expect(results).toHaveLength(2);
  });

  it('of many thousands come whole, in pieces', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => [`row ${index}`, index]);
    await server.put(path, rows);
    const reply = await server.get(path);
    expect(reply.headers['content-length']).toBeUndefined();
    expect(reply.json.results).toHaveLength(5_000);
    expect(new Set(reply.json.results.map(({ data }: { data: unknown[] }) => data[1])).size).toBe(5_000);
  });

  it('of a table without columns are one row at most', async () => {
    const none = '/v1/data-sources/ds/tables/none/rows';
    await server.put(none, [[], {}]);
    expect((await server.get(none)).json.results).toEqual([{ data: [] }]);
  });

  it('name the data source or the table that is missing', async () => {
    const unknown = await server.put('/v1/data-sources/nope/tables/t/rows', []);
    expect(unknown.status).toBe(404);
    expect(unknown.json.error.message).toBe("Not Found::service 'nope' could not be found");
    const table = await server.put('/v1/data-sources/ds/tables/zz/rows', []);
    expect(table.status).toBe(400);
    expect(table.json.error.message).toBe('Bad Request::translator: zz is not in the datasource driver');
  });

  it('come with a trace when it is asked for', async () => {
    const reply = await server.get('/v1/policies/typed/tables/floats/rows?trace=True');
    expect(reply.json.trace).toContain(
      'typed : Call: floats(x0)\ntyped : Note: Trying floats(x) :- ds:t(x, 2.0)\n',
    );
    expect((await server.get('/v1/policies/typed/tables/floats/rows?trace=1')).json.trace).toBeUndefined();
  });

  it('make the engine a subscriber of the data source', async () => {
    expect((await server.get('/v1/data-sources/ds/status')).json).toMatchObject({
      initialized: 'True',
      subscribers: ['__engine'],
    });
  });
});

describe('a policy', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await ApiServer.start();
  });
  afterAll(() => server.close());

  it('is found by name and by id, everywhere', async () => {
    const { json: policy } = await server.post('/v1/policies', { name: 'p1', rules: [{ rule: 'q(1)' }] });
    const [rule] = (await server.get('/v1/policies/p1/rules')).json.results;
    for (const named of ['p1', policy.id]) {
      expect((await server.get(`/v1/policies/${named}`)).json.id).toBe(policy.id);
      expect((await server.get(`/v1/policies/${named}/rules`)).json.results).toEqual([rule]);
      expect((await server.get(`/v1/policies/${named}/rules/${rule.id}`)).json).toEqual(rule);
      expect((await server.get(`/v1/policies/${named}/tables`)).json.results).toEqual([{ id: 'q' }]);
      expect((await server.get(`/v1/policies/${named}/tables/q`)).json).toEqual({ id: 'q' });
      expect((await server.get(`/v1/policies/${named}/tables/q/rows`)).json.results).toEqual([{ data: [1] }]);
      expect((await server.get(`/v1/policies/${named}/status`)).json).toEqual({ name: 'p1', id: policy.id });
    }
  });

  it('has rules that can be shown and deleted once', async () => {
    const created = await server.post('/v1/policies/classification/rules', {
      rule: 'a(x) :- b(x)',
      comment: 'why',
    });
    expect(created.headers.location).toBe(
      `${server.url}/v1/policies/classification/rules/${created.json.id}`,
    );
    const path = `/v1/policies/classification/rules/${created.json.id}`;
    expect((await server.get(`${path}/status`)).json).toEqual({
      id: created.json.id,
      comment: 'why',
      original_str: 'a(x) :- b(x)',
    });
    expect((await server.delete(path)).json).toMatchObject({ rule: 'a(x) :- b(x)', id: created.json.id });
    const again = await server.delete(path);
    expect(again.status).toBe(400);
    expect(again.json.error).toEqual({
      message: 'Unknown error::(1000) Unknown error',
      error_code: 1000,
      error_data: `ID: ${created.json.id}, policy_name: classification`,
    });
    expect((await server.get(path)).json.error.message).toBe('Not found');
  });

  it.each([
    ['GET', '/v1/policies/nope/rules', 404, 1020],
    ['GET', '/v1/policies/nope/rules/1', 404, 1020],
    ['GET', '/v1/policies/nope/tables', 404, 404],
    ['GET', '/v1/policies/nope/tables/t/rows', 404, 404],
    ['GET', '/v1/policies/nope/status', 404, 404],
    ['DELETE', '/v1/policies/nope/rules/1', 404, 1020],
  ])('that is unknown: %s %s is %d with %d', async (method, path, status, code) => {
    const reply = await server.send({ method, path });
    expect({ status: reply.status, code: reply.json.error.error_code }).toEqual({ status, code });
  });

  it('is refused when a cycle of rules would run through it', async () => {
    await server.post('/v1/policies', { name: 'c1', rules: [{ rule: 'p(x) :- c2:q(x)' }] });
    const reply = await server.post('/v1/policies', { name: 'c2', rules: [{ rule: 'q(x) :- c1:p(x)' }] });
    expect({ status: reply.status, code: reply.json.error.error_code }).toEqual({ status: 400, code: 1002 });
    expect((await server.get('/v1/policies/c2')).status).toBe(404);
  });
});
