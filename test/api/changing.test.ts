import { ApiServer } from './api-server.ts';

let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server.close());

const mergePatch = { 'content-type': 'application/merge-patch+json' };
const patch = (path: string, body: unknown) =>
  server.send({ method: 'PATCH', path, rawBody: JSON.stringify(body), headers: mergePatch });

async function newPolicy(name: string, rules: readonly string[]): Promise<readonly string[]> {
  await server.post('/v1/policies', { name, rules: rules.map((rule) => ({ rule })) });
  const { json } = await server.get(`/v1/policies/${name}/rules`);
  return (json.results as { id: string }[]).map(({ id }) => id);
}

describe('changing a policy', () => {
  it('PATCH changes the members that it names, and null is the default', async () => {
    await newPolicy('alpha', ['p(1)']);
    const changed = await patch('/v1/policies/alpha', { description: 'd', abbreviation: 'a' });
    expect(changed.status).toBe(200);
    expect(changed.json).toMatchObject({ name: 'alpha', description: 'd', abbreviation: 'a' });
    const back = await patch('/v1/policies/alpha', { description: null, abbreviation: null });
    expect(back.json).toMatchObject({ description: '', abbreviation: 'alpha', rules: [{ rule: 'p(1)' }] });
  });

  it('PATCH renames, unless rules mention the name', async () => {
    await newPolicy('beta', ['p(1)']);
    const { id } = (await server.get('/v1/policies/beta')).json;
    expect((await patch('/v1/policies/beta', { name: 'gamma' })).json).toMatchObject({ id, name: 'gamma' });
    expect((await server.get('/v1/policies/gamma/tables/p/rows')).json.results).toEqual([{ data: [1] }]);
    expect((await server.get('/v1/policies/beta')).status).toBe(404);
    await newPolicy('user', ['q(x) :- gamma:p(x)']);
    const refused = await patch('/v1/policies/gamma', { name: 'delta' });
    expect(refused.status).toBe(409);
    expect(refused.json.error.message).toContain('rules mention its name');
    expect((await patch('/v1/policies/classification', { name: 'x1' })).status).toBe(409);
  });

  it('PUT replaces it with all its rules, or refuses and leaves it', async () => {
    await newPolicy('whole', ['p(x) :- q(x)', 'q(1)']);
    const replaced = await server.put('/v1/policies/whole', { name: 'whole', rules: [{ rule: 'p(2)' }] });
    expect(replaced.json).toMatchObject({ name: 'whole', description: '', rules: [{ rule: 'p(2)' }] });
    const bad = { name: 'whole', rules: [{ rule: 'p(3)' }, { rule: 'p(x)' }] };
    expect((await server.put('/v1/policies/whole', bad)).json.error.error_code).toBe(1002);
    const rules = (await server.get('/v1/policies/whole/rules')).json.results;
    expect(rules.map(({ rule }: { rule: string }) => rule)).toEqual(['p(2)']);
  });

  it.each([
    [{ kind: 'action' }, 400, 1013],
    [{ owner_id: 'me' }, 400, 400],
    [{ name: 'a-b' }, 400, 400],
    [{ name: 'action' }, 409, 409],
    [[], 400, 400],
    [{ abbreviation: 'abcdef' }, 400, 400],
    [{ rules: [{ rule: 'p(x' }] }, 400, 1002],
  ])('PATCH %j is refused', async (body, status, code) => {
    await newPolicy('fixed', []);
    const reply = await patch('/v1/policies/fixed', body);
    expect({ status: reply.status, code: reply.json.error.error_code }).toEqual({ status, code });
  });

  it('that is not there is 404', async () => {
    expect((await patch('/v1/policies/nope', { description: 'd' })).status).toBe(404);
    expect((await server.put('/v1/policies/nope', { name: 'nope', rules: [] })).status).toBe(404);
  });

  it('without the media type of a patch, or without rules, is 501 as Congress answers', async () => {
    expect((await server.send({ method: 'PATCH', path: '/v1/policies/action', body: {} })).status).toBe(501);
    expect((await server.put('/v1/policies/action', { name: 'x' })).status).toBe(501);
  });
});

describe('changing a rule', () => {
  it('PATCH changes text, name or comment in one step; PUT all of them', async () => {
    const [first = ''] = await newPolicy('texts', ['p(x) :- q(x)', 'q(1)', 'r(2)']);
    const path = `/v1/policies/texts/rules/${first}`;
    const changed = await patch(path, { rule: 'p(x) :- r(x)', comment: 'c' });
    expect(changed.json).toEqual({ id: first, rule: 'p(x) :- r(x)', name: null, comment: 'c' });
    expect((await server.get('/v1/policies/texts/tables/p/rows')).json.results).toEqual([{ data: [2] }]);
    const put = await server.put(path, { rule: 'p(x) :- q(x)', name: 'n' });
    expect(put.json).toEqual({ id: first, rule: 'p(x) :- q(x)', name: 'n', comment: '' });
    expect((await server.get('/v1/policies/texts/tables/p/rows')).json.results).toEqual([{ data: [1] }]);
    const list = (await server.get('/v1/policies/texts/rules')).json.results;
    expect(list[0].id).toBe(first);
  });

  it('is judged like a new one', async () => {
    const [first = '', second = ''] = await newPolicy('judged', ['p(x) :- q(x)', 'q(1)', 'q(2)']);
    const attempt = async (id: string, body: unknown) => {
      const reply = await patch(`/v1/policies/judged/rules/${id}`, body);
      return [reply.status, reply.json.error.error_code];
    };
    expect(await attempt(second, { rule: 'q(2)' })).toEqual([409, 1008]);
    expect(await attempt(second, { rule: 'q(x) :- p(x)' })).toEqual([400, 1002]);
    expect(await attempt(first, { rule: 'p(x) q(x)' })).toEqual([400, 1003]);
    expect(await attempt('nope', { rule: 'q(3)' })).toEqual([400, 1000]);
    expect(await attempt(first, { text: 'q(3)' })).toEqual([400, 400]);
  });
});

describe('validating rules', () => {
  const validate = (rules: readonly unknown[]) =>
    server.post('/v1/policies/checked?action=validate', { rules });

  it('lists all problems with their places, and stores nothing', async () => {
    await newPolicy('checked', ['p(x) :- q(x)']);
    const before = (await server.get('/v1/policies/checked/rules')).text;
    const { status, json } = await validate([
      'r(1)',
      { rule: 'p(x :- q(x)\n  r(y' },
      'p(x) :- q(y), not s(z)',
      'a(1) b(2)',
      '',
      'q(x) :- p(x)',
    ]);
    expect(status).toBe(200);
    expect(json.valid).toBe(false);
    const codes = (rule: number) =>
      json.problems
        .filter((each: { rule: number }) => each.rule === rule)
        .map(({ code }: { code: string }) => code);
    expect(codes(0)).toEqual([]);
    expect(codes(1).length).toBeGreaterThan(0);
    expect(json.problems.find(({ rule }: { rule: number }) => rule === 1)).toMatchObject({
      line: 1,
      column: 4,
      hint: 'one head stands before `:-` and at least one literal after it',
    });
    expect(json.problems.find(({ rule }: { rule: number }) => rule === 2)).toMatchObject({
      line: 1,
      column: 0,
    });
    expect(codes(2)).toEqual(['rule-refused', 'rule-refused']);
    expect(codes(3)).toEqual(['multiple-rules']);
    expect(codes(4)).toEqual(['empty-rule']);
    expect(codes(5)).toEqual(['rules-recursive']);
    expect((await server.get('/v1/policies/checked/rules')).text).toBe(before);
  });

  it('sees what rules are only together', async () => {
    await newPolicy('checked', []);
    const { json } = await validate(['t(x) :- u(x)', 'u(x) :- t(x)']);
    expect(json.problems).toMatchObject([{ rule: null, code: 'rules-recursive' }]);
    expect((await validate(['t(x) :- u(x)'])).json).toEqual({ valid: true, problems: [] });
    expect((await server.post('/v1/policies/nope?action=validate', { rules: [] })).status).toBe(404);
  });
});
