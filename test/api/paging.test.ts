import { ApiServer } from './api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

/** Follows the links from page to page; answers the members of each. */
async function pages(path: string): Promise<readonly (readonly unknown[])[]> {
  const found: unknown[][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, json, headers } = await server.get(next);
    expect(status).toBe(200);
    found.push(json.results);
    const link: string | undefined = /^<([^>]+)>; rel="next"$/.exec(String(headers.link ?? ''))?.[1];
    next = link?.replace(server.url, '');
  }
  return found;
}

describe('pages of lists', () => {
  beforeAll(async () => {
    for (const name of ['a', 'b', 'c', 'd']) await server.post('/v1/policies', { name });
  });

  it('are in the order of the list, each member once', async () => {
    const whole = (await server.get('/v1/policies')).json.results;
    const found = await pages('/v1/policies?limit=2');
    expect(found.map((page) => page.length)).toEqual([2, 2, 2]);
    expect(found.flat()).toEqual(whole);
    expect((await pages('/v1/policies?limit=6')).length).toBe(1);
  });

  it('hold no more and no less while members come and go', async () => {
    const first = await server.get('/v1/policies?limit=3');
    await server.delete('/v1/policies/d');
    await server.post('/v1/policies', { name: 'e' });
    const rest = await server.get(`/v1/policies?marker=${first.json.results.at(-1).id}`);
    expect(rest.json.results.map(({ name }: { name: string }) => name)).toEqual(['b', 'c', 'e']);
  });

  it('are not made after a marker that is not there: Congress ignores it', async () => {
    const whole = (await server.get('/v1/policies')).json;
    expect((await server.get('/v1/policies?limit=1&marker=x')).json).toEqual(whole);
  });

  it.each(['0', '-1', 'x', '10001', '1.5', ''])('of %j members are refused', async (limit) => {
    expect((await server.get(`/v1/policies?limit=${limit}`)).status).toBe(400);
  });

  it.each([
    '/v1/policies/a/rules',
    '/v1/policies/a/tables',
    '/v1/librarypolicies',
    '/v1/data-sources',
    '/v1/system/drivers',
  ])('of %s are given', async (path) => {
    const whole = (await server.get(path)).json.results;
    expect((await pages(`${path}?limit=1`)).flat()).toEqual(whole);
  });
});

describe('pages of rows', () => {
  const values = [3, 'b', 1.5, 'a', 'ü', 2, 'inf', '2', 12345678901234567890n, 'b2'];

  beforeAll(async () => {
    const config = { tables: { t: ['x', 'y'] } };
    await server.post('/v1/data-sources', { name: 'ds', driver: 'push', config });
    const rows = values.map((value) => `[${typeof value === 'string' ? JSON.stringify(value) : value}, 1]`);
    const rawBody = `[${rows.join(',')}]`;
    await server.send({ method: 'PUT', path: '/v1/data-sources/ds/tables/t/rows', rawBody });
  });

  it('are in order, numbers before texts, each row once', async () => {
    for (const limit of [1, 3, 7, 100]) {
      const found = (await pages(`/v1/data-sources/ds/tables/t/rows?limit=${limit}`)).flat() as {
        data: unknown[];
      }[];
      expect(found.map(({ data }) => data[0])).toEqual([
        1.5,
        2,
        3,
        Number('12345678901234567890'),
        '2',
        'a',
        'b',
        'b2',
        'inf',
        'ü',
      ]);
    }
  });

  it('go on after a row that is gone', async () => {
    await server.post('/v1/policies/a/rules', { rule: 'p("m1")' });
    const gone = (await server.post('/v1/policies/a/rules', { rule: 'p("m2")' })).json.id;
    await server.post('/v1/policies/a/rules', { rule: 'p("m3")' });
    const { headers } = await server.get('/v1/policies/a/tables/p/rows?limit=2');
    await server.delete(`/v1/policies/a/rules/${gone}`);
    const next = /<([^>]+)>/.exec(String(headers.link))?.[1]?.replace(server.url, '') ?? '';
    expect((await server.get(next)).json.results).toEqual([{ data: ['m3'] }]);
    expect((await server.get('/v1/policies/a/tables/p/rows?marker=%%%')).json.results).toHaveLength(2);
  });
});
