import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../service/base/json.ts';
import type { Tuple } from '../../service/datalog/value.ts';
import type { ActionCall, DriverInstance } from '../../service/datasources/driver.ts';
import { httpJsonDriver } from '../../service/datasources/drivers/http-json/driver.ts';
import { HostRules } from '../../service/datasources/host-rules.ts';
import { systemClock } from '../../service/server/system-clock.ts';
import { JsonService, jsonReply } from '../support/json-service.ts';

const { signal } = new AbortController();
let service: JsonService;
const opened: DriverInstance[] = [];

beforeEach(async () => {
  service = await JsonService.start({});
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((instance) => instance.close()));
  await service.close();
});

function open(config: Readonly<Record<string, unknown>>, hosts = new HostRules()): DriverInstance {
  const instance = httpJsonDriver.open!({ url: service.url, ...config } as JsonObject, {
    clock: systemClock,
    hosts,
  });
  opened.push(instance);
  return instance;
}

const servers = {
  url: '/servers',
  rows: '$.servers[*]',
  columns: { id: '$.id', name: '$.name', ram: '$.flavor.ram' },
};

async function poll(
  instance: DriverInstance,
  full = false,
): Promise<Readonly<Record<string, readonly Tuple[]>>> {
  return Object.fromEntries(await instance.poll({ full, signal }));
}

describe('polling a JSON service', () => {
  it('makes rows of what the paths find, with integers and floats apart', async () => {
    service.answer((_, response) => {
      response.end(
        '{"servers": [{"id": 9007199254740993, "name": "a", "flavor": {"ram": 1.0}}, {"id": "x", "name": null}]}',
      );
    });
    expect(await poll(open({ tables: { servers } }))).toEqual({
      servers: [
        [9007199254740993n, 'a', 1],
        ['x', 'None', 'None'],
      ],
    });
  });

  it('reaches what encloses a row, makes texts of nested values, and keeps each row once', async () => {
    service.answer({
      servers: [
        { id: 'a', ports: [{ ip: 1 }, { ip: 1 }, { ip: { v4: true } }] },
        { id: 'b', ports: [{ ip: [1, null] }] },
      ],
    });
    const ports = { rows: '$.servers[*].ports[*]', columns: { server: '^^$.id', ip: '$.ip' } };
    expect(await poll(open({ tables: { ports } }))).toEqual({
      ports: [
        ['a', 1n],
        ['a', "{'v4': True}"],
        ['b', '[1, None]'],
      ],
    });
  });

  it('asks once for tables of one list, with the headers it was given', async () => {
    const names = { ...servers, columns: { name: '$.name' } };
    const instance = open({
      tables: { servers, names },
      headers: { 'X-Tenant': 't' },
      secret_headers: { Authorization: 'Bearer hush' },
    });
    await poll(instance);
    expect(service.received).toHaveLength(1);
    expect(service.received[0]).toMatchObject({
      method: 'GET',
      url: '/servers',
      headers: { 'x-tenant': 't', authorization: 'Bearer hush', accept: 'application/json' },
    });
  });

  it('follows pages to the end, within the origin', async () => {
    service.answer(({ url }, response) => {
      const page = Number(new URL(url, 'http://x').searchParams.get('page') ?? 1);
      jsonReply({ servers: [{ id: page }], next: page < 3 ? `/servers?page=${page + 1}` : null })(
        service.received[0]!,
        response,
      );
    });
    const paged = { ...servers, columns: { id: '$.id' }, next: '$.next' };
    expect((await poll(open({ tables: { paged } }))).paged).toEqual([[1n], [2n], [3n]]);
    service.answer({ servers: [], next: 'http://elsewhere.example/steal' });
    await expect(poll(open({ tables: { paged } }))).rejects.toThrow(/the next page is of another origin/);
  });

  it('asks with the ETag, and is told that nothing changed; in full it does not', async () => {
    service.answer((request, response) => {
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else jsonReply({ servers: [{ id: 'a' }] }, { etag: '"1"' })(request, response);
    });
    const instance = open({ tables: { servers } });
    expect(await poll(instance)).toHaveProperty('servers');
    expect(await poll(instance)).toEqual({});
    expect(await poll(instance)).toEqual({});
    expect(await poll(instance, true)).toHaveProperty('servers');
  });

  it('reads everything again after a round that failed half way', async () => {
    const broken = { url: '/broken', rows: '$[*]', columns: { id: '$.id' } };
    let fails = true;
    service.answer((request, response) => {
      if (request.url === '/broken') response.writeHead(fails ? 500 : 200).end('[]');
      else if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else jsonReply({ servers: [] }, { etag: '"1"' })(request, response);
    });
    const instance = open({ tables: { servers, broken } });
    await expect(poll(instance)).rejects.toThrow('`/broken` answers HTTP 500');
    fails = false;
    expect(Object.keys(await poll(instance))).toEqual(['servers', 'broken']);
  });

  it.each<[string, (url: string) => Parameters<JsonService['answer']>[0], RegExp]>([
    ['is no JSON', () => (_, response) => response.end('{'), /does not answer with JSON/],
    ['is an error', () => (_, response) => response.writeHead(404).end(), /answers HTTP 404/],
    [
      'redirects elsewhere',
      () => (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      /redirected to another origin/,
    ],
    [
      'redirects for ever',
      () => (_, response) => response.writeHead(302, { location: '/servers' }).end(),
      /redirected too often/,
    ],
    ['breaks off', () => (_, response) => response.destroy(), /the service could not be asked/],
  ])('fails when the answer %s', async (_, reply, message) => {
    service.answer(reply(service.url));
    await expect(poll(open({ tables: { servers } }))).rejects.toThrow(message);
  });

  it('does not take an answer that swells beyond the limit when it is decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(2 * 1024 * 1024, 0x20));
    service.answer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    await expect(poll(open({ tables: { servers }, answer_bytes_max: 1_048_576 }))).rejects.toThrow(
      /longer than \d+ bytes/,
    );
  });

  it('is not sent where it may not go', async () => {
    const away = { url: 'http://169.254.169.254/latest/', tables: { servers: { ...servers, url: '' } } };
    await expect(poll(open(away))).rejects.toThrow('the host `169.254.169.254` may not be asked');
    const local = { url: service.url.replace('127.0.0.1', 'localhost'), tables: { servers } };
    const hosts = new HostRules({ refused: ['127.0.0.0/8', '::1'] });
    await expect(poll(open(local, hosts))).rejects.toThrow('the host `localhost` may not be asked');
    expect(service.received).toEqual([]);
  });
});

describe('an action', () => {
  const pause = {
    url: '/servers/{server}/action?why={why}',
    body: { pause: '{server}', note: 'because {why} {{ok}}', list: ['{why}', 1] },
    arguments: ['server', 'why'],
  };
  const call = (positional: Tuple, facts: Partial<ActionCall> = {}): ActionCall => ({
    action: 'pause',
    positional,
    named: {},
    id: 'activation-1',
    ...facts,
  });

  it('becomes one request with the id of the activation', async () => {
    const outcome = await open({ actions: { pause } }).execute(call(['a/b c', 5n]), signal);
    expect(outcome).toEqual({ kind: 'done', detail: 'HTTP 200' });
    const [request] = service.received;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/servers/a%2Fb%20c/action?why=5',
      headers: { 'idempotency-key': 'activation-1', 'content-type': 'application/json' },
    });
    expect(JSON.parse(request!.body)).toEqual({ pause: 'a/b c', note: 'because 5 {ok}', list: [5, 1] });
  });

  it('never lets an argument become structure', async () => {
    const hostile = '", "admin": true, "x": "\r\nX-Evil: 1';
    await open({ actions: { pause } }).execute(call([hostile, '&action=delete#']), signal);
    const [request] = service.received;
    expect(request!.headers).not.toHaveProperty('x-evil');
    expect(Object.keys(JSON.parse(request!.body))).toEqual(['pause', 'note', 'list']);
    expect(JSON.parse(request!.body).pause).toBe(hostile);
    expect(request!.url).toContain('?why=%26action%3Ddelete%23');
  });

  it.each(['..', '.', '', '%2e%2E'])('does not let the argument %j lead to another path', async (server) => {
    const outcome = await open({ actions: { pause } }).execute(call([server, 'x']), signal);
    if (server.startsWith('%')) expect(service.received[0]!.url).toContain('/servers/%252e%252E/action');
    else expect(outcome).toEqual({ kind: 'refused', detail: 'an argument would lead to another path' });
  });

  it('takes named arguments too, big integers exactly', async () => {
    await open({ actions: { pause } }).execute(
      call([2n ** 64n], { named: { why: { deep: [true] } } }),
      signal,
    );
    expect(service.received[0]!.body).toContain('"pause":18446744073709551616');
    expect(JSON.parse(service.received[0]!.body).list).toEqual([{ deep: [true] }, 1]);
  });

  it.each<[string, ActionCall, string]>([
    ['an unknown action', call([], { action: 'explode' }), 'there is no action `explode`'],
    ['too many arguments', call(['a', 'b', 'c']), '3 arguments, 2 are taken'],
    ['a missing argument', call(['a']), 'the argument `why` is missing'],
    ['an unknown name', call(['a', 'b'], { named: { z: 1 } }), 'there is no argument `z`'],
    ['an argument twice', call(['a', 'b'], { named: { why: 1 } }), 'the argument `why` is given twice'],
    ['a name of every object', call([], { action: 'constructor' }), 'there is no action `constructor`'],
  ])('is refused with %s', async (_, wrong, detail) => {
    expect(await open({ actions: { pause } }).execute(wrong, signal)).toEqual({ kind: 'refused', detail });
    expect(service.received).toEqual([]);
  });

  it.each([
    [204, 'done'],
    [400, 'refused'],
    [404, 'refused'],
    [302, 'refused'],
    [429, 'not-now'],
    [409, 'unknown'],
    [500, 'unknown'],
    [503, 'unknown'],
  ])('answered with HTTP %i is %s', async (status, kind) => {
    service.answer((_, response) => response.writeHead(status, { location: '/x' }).end());
    expect(await open({ actions: { pause } }).execute(call(['a', 'b']), signal)).toMatchObject({ kind });
    expect(service.received).toHaveLength(1);
  });

  it('is certainly not done when nobody listens, and of unknown outcome when the connection breaks', async () => {
    const instance = open({ actions: { pause } });
    service.answer((_, response) => response.destroy());
    expect(await instance.execute(call(['a', 'b']), signal)).toMatchObject({ kind: 'unknown' });
    const gone = await JsonService.start({});
    const nobody = open({ url: gone.url, actions: { pause } });
    await gone.close();
    expect(await nobody.execute(call(['a', 'b']), signal)).toMatchObject({ kind: 'not-now' });
  });
});

describe('the configuration', () => {
  const problems = (config: object): readonly string[] => {
    try {
      httpJsonDriver.tables(config as JsonObject);
      return [];
    } catch (error) {
      return (error as { readonly problems: readonly string[] }).problems;
    }
  };

  it.each<[string, object, RegExp]>([
    ['no URL', { url: 'ftp://x' }, /`url` is no http or https URL/],
    ['credentials in the URL', { url: 'http://u:p@x' }, /`url` holds credentials/],
    ['an unknown member', { tables: { t: { rows: '$', columns: { a: '$' }, x: 1 } } }, /`tables\.t` .*x/],
    [
      'a bad path',
      { tables: { t: { rows: '$[', columns: { a: '$' } } } },
      /`tables\.t\.rows` is no JSONPath/,
    ],
    ['code for a path', { tables: { t: { rows: '$[(1+1)]', columns: { a: '$' } } } }, /is no JSONPath/],
    [
      'a bad column',
      { tables: { t: { rows: '$', columns: { a: 'id' } } } },
      /`tables\.t\.columns\.a` is no JSONPath/,
    ],
    ['no column', { tables: { t: { rows: '$', columns: {} } } }, /must have 1 to 200 entries/],
    [
      'a bad table name',
      { tables: { 'a b': { rows: '$', columns: { a: '$' } } } },
      /is not a valid table name/,
    ],
    ['a placeholder that is none', { actions: { a: { url: '/{x}' } } }, /uses `\{x\}`, which is no argument/],
    [
      'another origin',
      { actions: { a: { url: 'http://evil.example/' } } },
      /`a\.url` leads to another origin/,
    ],
    [
      'an origin from an argument',
      { actions: { a: { url: 'http://{h}/', arguments: ['h'] } } },
      /another origin/,
    ],
    ['a protocol-relative URL', { actions: { a: { url: '//{h}/', arguments: ['h'] } } }, /another origin/],
    ['a header that is split', { headers: { a: 'b\r\nc: d' } }, /is no value of a header/],
    ['a header of the driver', { headers: { 'Idempotency-Key': 'x' } }, /sets a header that the driver sets/],
  ])('with %s is refused, saying where', (_, config, message) => {
    expect(problems({ url: 'http://service.example', ...config }).join('\n')).toMatch(message);
  });

  it('gives tables and actions, and takes numbers as texts', () => {
    const config = {
      url: 'http://service.example',
      poll_time: '30',
      tables: { servers },
      actions: { 'servers.pause': { url: '/p', arguments: ['id'], description: 'd' }, a: { url: '/a' } },
    };
    expect(httpJsonDriver.tables(config)).toEqual([
      { table: 'servers', columns: ['id', 'name', 'ram'].map((name) => ({ name, description: null })) },
    ]);
    expect(httpJsonDriver.actions!(config).map(({ name, args }) => [name, args])).toEqual([
      ['a', []],
      ['servers.pause', [{ name: 'id', description: null }]],
    ]);
  });
});
