import { ApiServer, type Reply } from './api-server.ts';

let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.start();
  await server.post('/v1/policies', {
    name: 'net',
    rules: rules(['p(1)', 'q(1)', 'bad(x) :- p(x), not q(x)']),
  });
  await server.post('/v1/policies', {
    name: 'deeds',
    kind: 'action',
    rules: rules(['action("put")', 'p+(x) :- put(x)', 'owner+(x, o) :- put(x)']),
  });
});
afterAll(() => server.close());

const rules = (texts: readonly string[]) => texts.map((rule) => ({ rule }));

function simulate(body: unknown, { policy = 'net', query = '' } = {}): Promise<Reply> {
  return server.post(`/v1/policies/${policy}?action=simulate${query}`, body);
}

const refusal = (detail: string) => ({
  error: { message: `Error in simulate procedure::${detail}`, error_code: 1007, error_data: null },
});

describe('POST /v1/policies/<policy>?action=simulate', () => {
  it('answers the query as if the sequence had been carried out', async () => {
    const reply = await simulate({ query: 'bad(x)', sequence: 'put(7) q-(1)', action_policy: 'deeds' });
    expect(reply).toMatchObject({ status: 200, json: { result: ['bad(1)', 'bad(7)'] } });
    expect((await server.get('/v1/policies/net/tables/bad/rows')).json).toEqual({ results: [] });
  });

  it.each(['true', 'True', '1'])('answers the difference with delta=%s', async (delta) => {
    const body = { query: 'p(x)', sequence: 'p+(2) p-(1)', action_policy: 'deeds' };
    const reply = await simulate(body, { query: `&delta=${delta}` });
    expect(reply.json).toEqual({ result: ['p+(2)', 'p-(1)'] });
    expect((await simulate(body, { query: '&delta=yes' })).json).toEqual({ result: ['p(2)'] });
  });

  it('finds both policies by name or by id', async () => {
    const ids = Object.fromEntries(
      (await server.get('/v1/policies')).json.results.map(({ id, name }: { id: string; name: string }) => [
        name,
        id,
      ]),
    );
    const reply = await simulate(
      { query: 'p(x)', sequence: 'put(2)', action_policy: ids.deeds },
      { policy: ids.net },
    );
    expect(reply).toMatchObject({ status: 200, json: { result: ['p(1)', 'p(2)'] } });
  });

  it('gives what an action creates without naming it an identifier', async () => {
    const reply = await simulate({ query: 'owner(x, o)', sequence: 'put(7)', action_policy: 'deeds' });
    expect(reply.json.result).toEqual([expect.stringMatching(/^owner\(7, "[0-9a-f]{8}-[0-9a-f-]{27}"\)$/)]);
  });

  it.each(['query', 'sequence', 'action_policy'])('answers 1004 without %s', async (member) => {
    const body = { query: 'p(x)', sequence: '', action_policy: 'deeds' };
    for (const value of [null, undefined]) {
      expect(await simulate({ ...body, [member]: value })).toMatchObject({
        status: 400,
        json: {
          error: {
            message: 'Simulate requires parameters: query, sequence, action_policy',
            error_code: 1004,
            error_data: null,
          },
        },
      });
    }
  });

  // Marked *: a bare 500 in Congress.
  it.each([
    ['p(x)', 'q(1)', 'Sequence contained non-action, non-update: q(1)'],
    ['p(x) q(x)', '', 'Query p(x) q(x) contained more than 1 rule'],
    ['p(x', '', "Parse failure.\nline:1,col:3  no viable alternative at input '<EOF>'"],
    ['p(x)', 'p+(1', "Parse failure.\nline:1,col:4  no viable alternative at input '<EOF>'"],
    [
      'p(x)',
      'w+(x) :- not z(x)',
      "Could not reorder rule w(x) :- not z(x).  Unsafe lits: not z(x) (vars {'x'})",
    ],
    ['', '', 'Query is empty'], // *
    ['a(x), b(x) :- p(x)', '', 'Query must be an atom or a rule with one head: a(x), b(x) :- p(x)'], // *
    ['p(x)', 'put(x)', 'Projection atomic updates must be ground: put(x)'], // *
    ['p(x)', 'nope:p+(1)', 'Unknown policy nope'], // *
    ['p(x)', 'not p+(1) :- true', 'Sequence must be made of atoms and rules: not p+(1) :- true()'], // *
    ['p(x)', 'insert[p(1) :- true]', 'Sequence must be made of atoms and rules: insert[p(1) :- true()]'], // *
    ['p(x)', 'p+(x) :- bad(x)', 'Rules are recursive: net:p -> net:bad -> net:p'], // *
    [
      'lt(x, 2)',
      '',
      '`query` cannot be evaluated: a negated literal, builtin input or head has an unbound variable',
    ], // *
  ])('refuses query `%s` after `%s` with 1007', async (query, sequence, detail) => {
    const before = (await server.get('/healthz')).json;
    expect(await simulate({ query, sequence, action_policy: 'deeds' })).toMatchObject({
      status: 400,
      json: refusal(detail),
    });
    expect((await server.get('/healthz')).json.catalogDigest).toEqual(before.catalogDigest);
    expect((await server.get('/v1/policies/net/tables/p/rows')).json.results).toEqual([{ data: [1] }]);
  });

  it('refuses policies that nobody knows with 1007', async () => {
    const body = { query: 'p(x)', sequence: '', action_policy: 'deeds' };
    expect((await simulate(body, { policy: 'nope' })).json).toEqual(refusal('Unknown policy nope'));
    expect((await simulate({ ...body, action_policy: 'none' })).json).toEqual(refusal('Unknown policy none'));
  });

  it.each([
    ['{"query"', 'Failed to parse body as application/json'],
    ['[]', 'the body must be a JSON object'],
    ['{"query": 5, "sequence": "", "action_policy": "deeds"}', '`query` must be a text'],
  ])('answers 400 to the body %s, where Congress fails with 500', async (rawBody, message) => {
    const reply = await server.send({ method: 'POST', path: '/v1/policies/net?action=simulate', rawBody });
    expect(reply.status).toBe(400);
    expect(reply.json.error.message).toContain(message);
  });
});
