import { connect } from 'node:net';
import { ApiServer, type Question, type Reply } from './api-server.ts';

const tables = { tables: { t: ['a', 'b'] } };
const deep = `${'['.repeat(100)}${']'.repeat(100)}`;

/** Shape of every refusal: the error body, no trace of the inside. */
function expectRefused(reply: Reply, status: number): void {
  expect({ status: reply.status, text: reply.text }).toMatchObject({ status });
  expect(reply.headers['content-type']).toBe('application/json');
  expect(Object.keys(reply.json)).toEqual(['error']);
  expect(Object.keys(reply.json.error).sort()).toEqual(['error_code', 'error_data', 'message']);
  expect(reply.text).not.toMatch(/\.ts:|\.js:|node_modules|\bat \w+ \(/);
  expect(reply.headers['congress-sequence']).toMatch(/^\d+$/);
}

describe('bad input', () => {
  let server: ApiServer;
  let digest: string;

  beforeAll(async () => {
    server = await ApiServer.start();
    await server.post('/v1/policies', { name: 'alice' });
    await server.post('/v1/data-sources', { name: 'ds', driver: 'push', config: tables });
    await server.put('/v1/data-sources/ds/tables/t/rows', [['x', 1]]);
    digest = (await server.get('/healthz')).json.catalogDigest;
  });
  afterAll(() => server.close());
  afterEach(async () => {
    // Nothing of what is refused changes anything.
    expect((await server.get('/healthz')).json.catalogDigest).toBe(digest);
    expect(server.logged).toEqual([]);
  });

  const post = (path: string, body: unknown): Question => ({ method: 'POST', path, body });
  const raw = (path: string, rawBody: string | Buffer, method = 'POST'): Question => ({
    method,
    path,
    rawBody,
  });

  it.each<[string, Question, number, string?]>([
    [
      'text that is no JSON',
      raw('/v1/policies', 'notjson'),
      400,
      'Expecting value: line 1 column 1 (char 0)',
    ],
    ['no body', raw('/v1/policies', ''), 400, 'Expecting value: line 1 column 1 (char 0)'],
    [
      'a cut body',
      raw('/v1/policies', '{"name": "x"'),
      400,
      "Expecting ',' delimiter: line 1 column 13 (char 12)",
    ],
    ['two values', raw('/v1/policies', '{} {}'), 400, 'Extra data: line 1 column 4 (char 3)'],
    ['a trailing comma', raw('/v1/policies', '{"a":1,}'), 400, 'property name enclosed in double quotes'],
    ['bytes that are no UTF-8', raw('/v1/policies', Buffer.from([0x22, 0xff, 0x22])), 400, 'not valid UTF-8'],
    ['a list 100 deep', raw('/v1/policies', deep), 400, 'nested deeper than 64 levels'],
    ['half a character', raw('/v1/policies', '{"name": "\\ud800"}'), 400, 'half of a surrogate pair'],
    [
      'half a character in the id of a data source',
      raw(
        '/v1/data-sources',
        '{"name": "n", "driver": "push", "config": {"tables": {"t": ["a"]}}, "id": "\\udc00x"}',
      ),
      400,
      'half of a surrogate pair',
    ],
    [
      'half a character in a row',
      raw('/v1/data-sources/ds/tables/t/rows', '[["\\uDBFF", 1]]', 'PUT'),
      400,
      'half of a surrogate pair',
    ],
    ['rows 100 deep', raw('/v1/data-sources/ds/tables/t/rows', deep, 'PUT'), 400, 'nested deeper'],
    [
      'rows that are no JSON',
      raw('/v1/data-sources/ds/tables/t/rows', '[[1,]]', 'PUT'),
      400,
      'Expecting value',
    ],
  ])('%s is refused with the place', async (_, question, status, message) => {
    const reply = await server.send(question);
    expectRefused(reply, status);
    expect(reply.json.error.message).toMatch(/^Failed to parse body as application\/json: /);
    expect(reply.json.error.message).toContain(message);
  });

  it.each<[unknown, number, number]>([
    [5, 400, 400],
    [null, 400, 400],
    [true, 400, 400],
    ['x', 400, 1010],
    [[], 400, 1010],
    [{}, 400, 1010],
    [{ name: 5 }, 400, 400],
    [{ name: true }, 409, 409],
    [{ name: ['a'] }, 400, 400],
    [{ name: 'a b' }, 400, 400],
    [{ name: 'not' }, 400, 400],
    [{ name: 'x'.repeat(256) }, 400, 400],
    [{ name: 'b', description: 5 }, 400, 400],
    [{ name: 'b', kind: 5 }, 400, 400],
    [{ name: 'b', kind: 'delta' }, 400, 400],
    [{ name: 'b', abbreviation: 'sixsix' }, 400, 1022],
    [{ name: 'b', abbreviation: ['a'] }, 400, 1022],
    [{ name: 'b', rules: null }, 400, 400],
    [{ name: 'b', rules: [{ rule: 5 }] }, 400, 400],
    [{ name: 'b', rules: [{ rule: 'p(x) :- q(y)' }] }, 400, 1002],
    [{ name: 'b', description: null, rules: [] }, 400, 400],
  ])('the policy %j is refused', async (body, status, code) => {
    const reply = await server.send(post('/v1/policies', body));
    expectRefused(reply, status);
    expect(reply.json.error.error_code).toBe(code);
  });

  it.each<[unknown, number]>([
    [{}, 400],
    [[], 400],
    [null, 400],
    [{ rule: 5 }, 400],
    [{ rule: null }, 400],
    [{ rule: '' }, 1002],
    [{ rule: 'p(x' }, 1002],
    [{ rule: 'p(1) q(1)' }, 1003],
    [{ rule: `p("${'x'.repeat(70_000)}")` }, 1002],
  ])('the rule %j is refused', async (body, code) => {
    const reply = await server.send(post('/v1/policies/alice/rules', body));
    expectRefused(reply, 400);
    expect(reply.json.error.error_code).toBe(code);
  });

  it.each<[unknown, string]>([
    [[], 'JSON object'],
    [{ name: 5, driver: 'push', config: tables }, 'Datasource name'],
    [{ driver: 'push', config: tables }, 'Datasource name'],
    [{ name: 'd', driver: 5 }, 'Invalid driver'],
    [{ name: 'd', driver: { toString: 1, valueOf: 1 } }, 'Invalid driver'],
    [{ name: 'd', driver: '__proto__' }, 'Invalid driver'],
    [{ name: 'd', driver: 'push', config: [] }, '`config` must be an object'],
    [{ name: 'd', driver: 'push', config: 'notjson' }, '`config` is no JSON'],
    [{ name: 'd', driver: 'push' }, 'Missing required config options: tables'],
    [{ name: 'd', driver: 'push', config: { ...tables, colour: 1 } }, "Invalid driver options: {'colour'}"],
    [
      { name: 'd', driver: 'push', config: { tables: { 'a b': [] } } },
      'Datasource service: d creation fails. `a b`',
    ],
    [{ name: 'd', driver: 'push', config: tables, enabled: false }, 'Datasource service: d creation fails.'],
    [{ name: 'd', driver: 'push', config: tables, id: 5 }, '`id` must be a text'],
    [{ name: 'd', driver: 'push', config: tables, description: [] }, '`description` must be a text'],
  ])('the data source %j is refused', async (body, message) => {
    const reply = await server.send(post('/v1/data-sources', body));
    expectRefused(reply, 400);
    expect(reply.json.error.message).toContain(message);
  });

  it.each<[unknown, string]>([
    [{ a: 1 }, 'the body must be a list of rows'],
    [[[1, 2], [3]], 'row 1 has 1 values, the table has 2 columns'],
    [
      [
        { a: 1, b: 2 },
        { a: 1, c: 2 },
      ],
      'row 1 has an unknown column `c`',
    ],
    [[{ a: 1 }], 'row 0 has no column `b`'],
    [['x'], 'row 0 must be a list or an object'],
  ])('the rows %j are refused as a whole', async (body, message) => {
    const reply = await server.put('/v1/data-sources/ds/tables/t/rows', body);
    expectRefused(reply, 400);
    expect(reply.json.error.message).toBe(message);
    expect((await server.get('/v1/data-sources/ds/tables/t/rows')).json).toEqual({
      results: [{ data: ['x', 1] }],
    });
  });

  it.each(['content-length', 'chunked'])('a body over the limit is refused (%s)', async (how) => {
    const rawBody = JSON.stringify({ name: 'big', description: 'x'.repeat(200_000) });
    const headers: Record<string, string> = how === 'chunked' ? { 'transfer-encoding': 'chunked' } : {};
    const reply = await server.send({ method: 'POST', path: '/v1/policies', rawBody, headers });
    expectRefused(reply, 413);
    expect(reply.json.error).toMatchObject({
      message: 'Request Entity Too Large::the body is larger than 100000 bytes',
      error_code: 413,
    });
  });

  it.each([
    ['/v1/foo', 404],
    ['/v1/policies/', 404],
    ['/v1/policies//rules', 404],
    ['/v1/policies/alice/rules/', 404],
    ['/v1/policies/%zz', 404],
    ['/v1/policies/%00', 404],
    ['/v1/policies/alice/tables/t/rows/1/2', 404],
    ['/v1/policies/__proto__', 404],
    ['/v1/system/drivers/constructor', 404],
    [`/v1/policies/${'x'.repeat(9_000)}`, 404],
  ])('%s is not found', async (path, status) => {
    expectRefused(await server.get(path), status);
  });

  it.each([
    ['PUT', '/v1/policies'],
    ['DELETE', '/v1/policies'],
    ['PATCH', '/v1/policies/alice'],
    ['PATCH', '/v1/policies/nope'],
    ['PUT', '/v1/policies/alice/rules/1'],
    ['OPTIONS', '/v1/policies'],
    ['PROPFIND', '/v1/policies'],
    ['POST', '/v1/data-sources/ds/tables'],
    ['GET', '/v1/data-sources/ds/webhook'],
    ['POST', '/v1/policies/alice?action=constructor'],
    ['GET', '/v1/policies/alice/tables/t/rows/1'],
    ['POST', '/readyz'],
  ])('%s %s is not supported', async (method, path) => {
    const reply = await server.send({ method, path });
    expectRefused(reply, 501);
    expect(reply.json.error.message).toBe('Method not supported');
  });

  it.each(['/v1/policies/alice?action=execute', '/v1/data-sources/ds?action=execute'])(
    'an action whose name is an object with a toString is refused by %s',
    async (path) => {
      expectRefused(await server.send(post(path, { name: { toString: 1, valueOf: 1 }, args: {} })), 400);
    },
  );

  it.each(['with space', '', 'x'.repeat(201), 'ümlaut'])('the Idempotency-Key %j is refused', async (key) => {
    const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') };
    expectRefused(await server.send({ ...post('/v1/policies', { name: 'z' }), headers }), 400);
  });

  it('a policy table takes no rows', async () => {
    const reply = await server.put('/v1/policies/alice/tables/t/rows', []);
    expectRefused(reply, 400);
  });

  it('a client that goes away in the middle of its body does no harm', async () => {
    const { hostname, port } = new URL(server.url);
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write('POST /v1/policies HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"name": ');
        setImmediate(() => socket.destroy());
      });
      socket.on('close', () => resolve());
      socket.on('error', reject);
    });
    expect((await server.get('/livez')).status).toBe(200);
  });
});
