import { explanationSchema } from '../../service/api/schemas/explanation-schema.ts';
import { ApiServer } from './api-server.ts';

let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.start();
  const rules = ['p(1) p2(2.0)', 'p(3)', 'q(3)', 'bad(x) :- p(x), not q(x)'].flatMap((text) =>
    text.split(/(?<=\)) (?=p2)/).map((rule) => ({ rule })),
  );
  await server.post('/v1/policies', { name: 'net', rules });
});
afterAll(() => server.close());

const path = (table: string, query: string) => `/v1/policies/net/tables/${table}/explanation?${query}`;

describe('GET /v1/policies/<policy>/tables/<table>/explanation', () => {
  it('shows why a row is there', async () => {
    const reply = await server.get(path('bad', 'row=[1]'));
    expect(reply.status).toBe(200);
    expect(explanationSchema.safeParse(reply.json).error).toBeUndefined();
    expect(reply.json).toMatchObject({
      holds: true,
      table: 'net:bad',
      row: [1],
      stored: null,
      derivations: [
        {
          rule: { policy: 'net', text: 'bad(x) :- p(x), not q(x)' },
          instance: 'bad(1) :- p(1), not q(1)',
          body: [
            { kind: 'row', literal: 'p(1)', because: { table: 'net:p', row: [1], stored: { kind: 'fact' } } },
            { kind: 'absent', literal: 'not q(1)' },
          ],
        },
      ],
      more: false,
      cut: null,
    });
    const rules: readonly { readonly id: string }[] = (await server.get('/v1/policies/net/rules')).json
      .results;
    expect(rules.map(({ id }) => id)).toContain(reply.json.derivations[0].rule.id);
  });

  it('shows why a row is not there', async () => {
    const reply = await server.get(path('bad', `row=${encodeURIComponent('[3]')}`));
    expect(explanationSchema.safeParse(reply.json).error).toBeUndefined();
    expect(reply.json).toMatchObject({
      holds: false,
      table: 'net:bad',
      row: [3],
      rules: [
        {
          failing: {
            index: 1,
            literal: 'not q(x)',
            examples: [{ bindings: { x: 3 }, instance: 'not q(3)', because: { table: 'net:q', row: [3] } }],
          },
        },
      ],
    });
  });

  it('keeps integers and floats apart', async () => {
    expect((await server.get(path('p2', 'row=[2.0]'))).text).toContain('"row":[2.0]');
    expect((await server.get(path('p2', 'row=[2.0]'))).json.holds).toBe(true);
    expect((await server.get(path('p2', 'row=[2]'))).json.holds).toBe(false);
  });

  it.each([
    ['bad', '', 400, 'the parameter `row` is missing'],
    ['bad', 'row=x', 400, 'the parameter `row` is not JSON'],
    ['bad', 'row={}', 400, 'must be a JSON list of texts and numbers'],
    ['bad', 'row=[[1]]', 400, 'must be a JSON list of texts and numbers'],
    ['bad', 'row=[1]&depth=-1', 400, 'the parameter `depth` must be a whole number from 0 to 50'],
    ['bad', 'row=[1]&width=0', 400, 'the parameter `width` must be a whole number from 1 to 100'],
    ['nope', 'row=[1]', 404, "table 'nope' doesn't exist"],
  ])('refuses %s?%s', async (table, query, status, message) => {
    const reply = await server.get(path(table, query));
    expect(reply.status).toBe(status);
    expect(reply.json.error.message).toContain(message);
  });
});
