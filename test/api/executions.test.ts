import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonService } from '../support/json-service.ts';
import { projectRoot } from '../support/source-tree.ts';
import { ApiServer, type Reply } from './api-server.ts';

let service: JsonService;
let server: ApiServer;

beforeEach(async () => {
  service = await JsonService.start({
    servers: [
      { id: 'a', owner: null },
      { id: 'b', owner: 'bob' },
    ],
  });
  server = await ApiServer.start();
});

afterEach(async () => {
  await server.close();
  await service.close();
});

interface Curl {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** The curl lines of a page, in order. */
function curlsOf(page: string): readonly Curl[] {
  const text = readFileSync(join(projectRoot, page), 'utf8').replaceAll(
    'http://cloud.example:8774',
    service.url,
  );
  return [...text.matchAll(/^ {4}curl (?:-X (\w+) )?"?\$URL(\/[^\s"]*)"?(?:[^\n]*-d '([^']*)')?/gm)].map(
    ([, method = 'GET', path = '', body]) => ({
      method,
      path,
      ...(body === undefined ? {} : { body: JSON.parse(body) }),
    }),
  );
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setImmediate(resolve));
}

const executions = async (query = '') => (await server.get(`/v1/system/executions${query}`)).json.results;
const acted = () => service.received.filter(({ method }) => method === 'POST');

describe('docs/ENFORCEMENT.md', () => {
  it('is true: its example works as it says', async () => {
    const curls = curlsOf('docs/ENFORCEMENT.md');
    expect(curls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/data-sources',
      'POST /v1/policies',
      'GET /v1/system/executions?policy=owners',
      'POST /v1/data-sources/nova?action=execute',
      'GET /v1/system/executions?state=failed&service=nova&limit=100',
      'PUT /v1/system/enforcement',
    ]);
    const send = (at: number): Promise<Reply> => server.send(curls[at]!);
    expect((await send(0)).status).toBe(201);
    expect((await send(1)).status).toBe(201);
    await until(async () => (await executions('?state=done')).length === 1);
    expect((await send(2)).json.results).toMatchObject([
      {
        policy: 'owners',
        service: 'nova',
        action: 'servers.pause',
        args: { positional: ['a', 'no owner'], named: {} },
        delivery: 'at-least-once',
        state: 'done',
        closed: false,
        attempts: 1,
        detail: 'HTTP 200',
      },
    ]);
    const [first] = acted();
    expect(first).toMatchObject({ method: 'POST', url: '/servers/a/action' });
    expect(JSON.parse(first!.body)).toEqual({ pause: { reason: 'no owner' } });
    expect(first!.headers['idempotency-key']).toBe((await executions())[0].id);
    expect(await send(3)).toMatchObject({ status: 200, json: {} });
    await until(async () => (await executions('?state=done')).length === 2);
    expect(acted()[1]).toMatchObject({
      url: '/servers/b/action',
      body: '{"pause":{"reason":"maintenance"}}',
    });
    expect((await send(4)).json.results).toEqual([]);
    expect((await send(5)).json).toEqual(curls[5]!.body);
    expect((await server.get('/v1/system/enforcement')).json).toEqual(curls[5]!.body);
  });
});

describe('executions over the API', () => {
  async function nova(action: object = {}): Promise<void> {
    const actions = { pause: { url: '/pause/{id}', arguments: ['id'], ...action } };
    await server.post('/v1/data-sources', {
      name: 'nova',
      driver: 'http_json',
      config: { url: service.url, actions },
    });
  }
  const ask = (id: string, headers = {}) =>
    server.post(
      '/v1/policies/any?action=execute',
      { name: 'nova:pause', args: { positional: [id] } },
      headers,
    );

  it('are asked for once per Idempotency-Key', async () => {
    await nova();
    const replies = [
      await ask('a', { 'Idempotency-Key': 'k1' }),
      await ask('a', { 'Idempotency-Key': 'k1' }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    await until(async () => (await executions('?state=done')).length === 1);
    expect(acted()).toHaveLength(1);
    expect(await executions()).toHaveLength(1);
    const [{ id }] = await executions();
    expect(replies.map(({ headers }) => headers['congress-execution'])).toEqual([id, id]);
  });

  it('tell what went wrong, and are sent again with the same id when a person says so', async () => {
    await nova({ delivery: 'at-most-once' });
    service.answer((_, response) => response.writeHead(404).end('no such server'));
    await ask('a');
    await until(async () => (await executions('?state=failed')).length === 1);
    const [failed] = await executions();
    expect(failed).toMatchObject({ detail: 'HTTP 404: no such server', closed: true, policy: null });
    service.answer({});
    const retried = await server.post(`/v1/system/executions/${failed.id}?action=retry`, undefined);
    expect(retried).toMatchObject({ status: 200, json: { state: 'pending' } });
    await until(async () => (await executions('?state=done')).length === 1);
    expect(new Set(acted().map(({ headers }) => headers['idempotency-key']))).toEqual(new Set([failed.id]));
    expect((await server.post(`/v1/system/executions/${failed.id}?action=retry`, undefined)).status).toBe(
      409,
    );
    expect((await server.post('/v1/system/executions/nobody?action=approve', undefined)).status).toBe(404);
    expect((await server.get(`/v1/system/executions/${failed.id}`)).json.attempts).toBe(2);
  });

  it('wait for approval where a policy wants it', async () => {
    await nova();
    await server.put('/v1/system/enforcement', { policies: { p: { approval: true } } });
    await server.post('/v1/policies', { name: 'p', rules: [{ rule: 'execute[nova:pause(1)] :- true' }] });
    await until(async () => (await executions('?state=awaiting-approval')).length === 1);
    const [waiting] = await executions();
    expect(acted()).toEqual([]);
    await server.post(`/v1/system/executions/${waiting.id}?action=approve`, undefined);
    await until(async () => (await executions('?state=done')).length === 1);
    expect(acted().map(({ url }) => url)).toEqual(['/pause/1']);
  });

  it('are listed newest first, filtered and in pages', async () => {
    await nova();
    for (const id of ['a', 'b', 'c']) await ask(id);
    await until(async () => (await executions('?state=done')).length === 3);
    const names = (found: readonly { args: { positional: unknown[] } }[]) =>
      found.map(({ args }) => args.positional[0]);
    expect(names(await executions())).toEqual(['c', 'b', 'a']);
    const page = await executions('?limit=2');
    expect(names(page)).toEqual(['c', 'b']);
    expect(names(await executions(`?limit=2&marker=${page[1].id}`))).toEqual(['a']);
    expect(names(await executions('?service=other'))).toEqual([]);
    expect(names(await executions('?closed=true&action=pause'))).toHaveLength(3);
    for (const query of ['?state=nonsense', '?limit=0', '?closed=maybe']) {
      expect((await server.get(`/v1/system/executions${query}`)).status).toBe(400);
    }
    expect((await server.get('/v1/system/executions?marker=nobody')).status).toBe(404);
    expect((await server.put('/v1/system/enforcement', { mode: 'maybe' })).status).toBe(400);
    expect((await server.put('/v1/system/enforcement', { nonsense: 1 })).status).toBe(400);
  });

  it('refuse arguments that are no arguments, and a body that is no object', async () => {
    await nova();
    for (const args of ['x', [1], { positional: 'x' }, { named: [1] }]) {
      const reply = await server.post('/v1/data-sources/nova?action=execute', { name: 'pause', args });
      expect(reply.json.error.error_code).toBe(1018);
    }
    expect((await server.post('/v1/data-sources/nova?action=execute', [])).status).toBe(400);
  });
});
