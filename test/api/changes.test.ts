import { get, type IncomingMessage } from 'node:http';
import { answerToProblem } from '../../service/api/errors.ts';
import type { Sequence } from '../../service/base/ids.ts';
import { HistoryTrimmed } from '../../service/replication/problems.ts';
import { ApiServer } from './api-server.ts';
import { fakeCloudDriver } from './fake-cloud-driver.ts';

let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.start();
  for (const name of ['a', 'b', 'c']) {
    await server.send({ method: 'POST', path: '/v1/policies', body: { name } });
  }
});

afterAll(() => server.close());

/** Events of the stream until `count` are there or it ends. */
async function events(path: string, options: { count: number; headers?: Record<string, string> }) {
  const url = `${server.url}${path}`;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers: options.headers ?? {}, agent: false }, resolve).on('error', reject);
  });
  const found: { id: number; event: string; data: { sequence: number; changes: { kind: string }[] } }[] = [];
  if (response.statusCode === 200) {
    let text = '';
    for await (const piece of response) {
      text += String(piece);
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks.filter((each) => each.startsWith('id: '))) {
        const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
        found.push({
          id: Number(fields.get('id')),
          event: fields.get('event') ?? '',
          data: JSON.parse(fields.get('data') ?? ''),
        });
      }
      if (found.length >= options.count) break;
    }
  }
  response.destroy();
  return { status: response.statusCode, type: response.headers['content-type'], found };
}

describe('GET /v1/system/changes', () => {
  it('lists who changed what, when, with what was before and after', async () => {
    const { status, json } = await server.get('/v1/system/changes?from=2&limit=2');
    expect(status).toBe(200);
    expect(json).toMatchObject({ next: 4, applied: 4 });
    expect(json.results).toHaveLength(2);
    expect(json.results[0]).toMatchObject({
      sequence: 2,
      writer: 'test',
      changes: [{ kind: 'policy-created', before: null, after: { policy: { name: 'a' }, rules: [] } }],
    });
    expect(Date.parse(json.results[0].committedAt)).not.toBeNaN();
  });

  it('lists the newest when nothing else is asked for, and says where to go on', async () => {
    const { json } = await server.get('/v1/system/changes?limit=1');
    expect(json.results.map(({ sequence }: { sequence: number }) => sequence)).toEqual([json.applied]);
    const after = await server.get(`/v1/system/changes?from=${json.next}`);
    expect(after.json).toMatchObject({ results: [], next: json.next });
  });

  it.each(['from=0', 'from=x', 'limit=0', 'limit=501'])('refuses %s', async (query) => {
    expect((await server.get(`/v1/system/changes?${query}`)).status).toBe(400);
  });

  it('is 410 for what is not kept any more', () => {
    expect(answerToProblem(new HistoryTrimmed(3 as Sequence))).toMatchObject({ status: 410 });
  });

  it('hides the secrets of configurations and leaves out what is remembered of requests', async () => {
    const body = {
      name: 'cloud',
      driver: 'fakeds',
      config: { username: 'me', password: 'geheim' },
    };
    const made = await ApiServer.start({ drivers: new Map([['fakeds', fakeCloudDriver]]) });
    const created = await made.send({
      method: 'POST',
      path: '/v1/data-sources',
      body,
      headers: { 'Idempotency-Key': 'once' },
    });
    expect(created.status).toBe(201);
    const { text, json } = await made.get('/v1/system/changes');
    expect(text).not.toContain('geheim');
    expect(json.results.at(-1).changes.map(({ kind }: { kind: string }) => kind)).toEqual([
      'data-source-created',
    ]);
    expect(json.results.at(-1).changes[0].after.dataSource.config).toMatchObject({ password: '<hidden>' });
    await made.close();
  });
});

describe('GET /v1/system/changes/stream', () => {
  it('sends the changes from the one asked for, in order, and those that come', async () => {
    const seen = events('/v1/system/changes/stream?from=3', { count: 3 });
    await server.send({ method: 'POST', path: '/v1/policies', body: { name: 'd' } });
    const { status, type, found } = await seen;
    expect(status).toBe(200);
    expect(type).toBe('text/event-stream');
    expect(found.map(({ id, event, data }) => [id, event, data.sequence])).toEqual([
      [3, 'change', 3],
      [4, 'change', 4],
      [5, 'change', 5],
    ]);
  });

  it('goes on after Last-Event-ID', async () => {
    const { found } = await events('/v1/system/changes/stream', {
      count: 2,
      headers: { 'Last-Event-ID': '3' },
    });
    expect(found.map(({ id }) => id)).toEqual([4, 5]);
  });

  it('refuses a Last-Event-ID that it cannot have sent', async () => {
    const { status } = await events('/v1/system/changes/stream', {
      count: 1,
      headers: { 'Last-Event-ID': 'x' },
    });
    expect(status).toBe(400);
  });
});
