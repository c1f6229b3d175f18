import type { Sequence } from '../../service/base/ids.ts';
import type { LogFields, Logger } from '../../service/base/logger.ts';
import { driverCatalog } from '../../service/datasources/driver-catalog.ts';
import { HostRules } from '../../service/datasources/host-rules.ts';
import { KeyRing } from '../../service/datasources/secrets/key-ring.ts';
import { JsonService } from '../support/json-service.ts';
import { ApiServer, type Reply } from './api-server.ts';

const never = new AbortController().signal;
let service: JsonService;
let server: ApiServer;

beforeEach(async () => {
  service = await JsonService.start({ servers: [{ id: 'a' }, { id: 'b' }] });
  server = await ApiServer.start();
});

afterEach(async () => {
  await server.close();
  await service.close();
});

function config(facts: object = {}) {
  return {
    url: service.url,
    poll_time: 0,
    tables: { servers: { url: '/servers', rows: '$.servers[*]', columns: { id: '$.id' } } },
    actions: { pause: { url: '/pause', arguments: ['id'], description: 'pause it' } },
    ...facts,
  };
}

async function create(facts: object = {}, others: object = {}): Promise<Reply> {
  return server.post('/v1/data-sources', {
    name: 'nova',
    driver: 'http_json',
    config: config(facts),
    ...others,
  });
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setImmediate(resolve));
}

const polling = async () => (await server.get('/v1/data-sources/nova/polling')).json;
const rows = async () => (await server.get('/v1/data-sources/nova/tables/servers/rows')).json.results;

async function refreshed(): Promise<void> {
  const { updates } = await polling();
  expect((await server.post('/v1/data-sources/nova?action=request-refresh', undefined)).json).toBeNull();
  await until(async () => (await polling()).updates > updates);
}

describe.each(['every-replica', 'leased'])('a data source polled by %s', (mode) => {
  it('is unknown until it is asked for the first time, then shows what the service has', async () => {
    expect((await create({}, { polling: mode })).status).toBe(201);
    expect(await polling()).toMatchObject({
      polling: mode,
      updates: 0,
      age_ms: null,
      tables: [{ table: 'servers', known: false }],
    });
    expect(await rows()).toEqual([]);
    if (mode === 'leased') await holding();
    await refreshed();
    expect(await rows()).toEqual([{ data: ['a'] }, { data: ['b'] }]);
    expect(await polling()).toMatchObject({ last_error: null, tables: [{ table: 'servers', known: true }] });
    service.answer({ servers: [{ id: 'b' }] });
    await refreshed();
    expect(await rows()).toEqual([{ data: ['b'] }]);
  });

  it('keeps its rows and tells why when the service fails', async () => {
    await create({}, { polling: mode });
    if (mode === 'leased') await holding();
    await refreshed();
    service.answer((_, response) => response.writeHead(500).end());
    await server.post('/v1/data-sources/nova?action=request-refresh', undefined);
    await until(async () => (await polling()).failures_in_a_row > 0);
    expect((await server.get('/v1/data-sources/nova/status')).json).toMatchObject({
      last_error: '`/servers` answers HTTP 500',
      number_of_updates: expect.stringMatching(/^[1-9]\d*$/),
      initialized: 'True',
      last_updated: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
    });
    expect(await rows()).toHaveLength(2);
  });
});

/** The lease is taken a moment after it is wanted; until then nobody polls. */
async function holding(): Promise<void> {
  await until(async () => {
    await server.post('/v1/data-sources/nova?action=request-refresh', undefined);
    return (await polling()).updates > 0;
  });
}

describe('a data source that polls', () => {
  it('goes over from one way of polling to the other while it runs', async () => {
    await create({}, { polling: 'every-replica' });
    await refreshed();
    const switchTo = (to: string) => server.post('/v1/data-sources/nova?action=update', { polling: to });
    expect((await switchTo('leased')).status).toBe(200);
    service.answer({ servers: [{ id: 'shared' }] });
    await holding();
    await until(async () => JSON.stringify(await rows()).includes('shared'));
    expect((await switchTo('every-replica')).status).toBe(200);
    expect(await rows()).toEqual([{ data: ['shared'] }]);
    service.answer({ servers: [{ id: 'own' }] });
    await refreshed();
    expect(await rows()).toEqual([{ data: ['own'] }]);
  });

  it('takes a webhook as news, and lists its actions', async () => {
    await create();
    await refreshed();
    service.answer({ servers: [] });
    const reply = await server.post('/v1/data-sources/nova/webhook', { anything: [1] });
    expect(reply).toMatchObject({ status: 200, text: '' });
    await until(async () => (await rows()).length === 0);
    expect((await server.get('/v1/data-sources/nova/actions')).json.results).toEqual([
      { name: 'pause', args: [{ name: 'id', description: '' }], description: 'pause it' },
    ]);
  });

  it('refuses a configuration that it cannot work with, and tables that change', async () => {
    expect((await create({ url: 'nowhere' })).json.error).toMatchObject({
      message: 'Datasource service: nova creation fails. `url` is no http or https URL',
      error_data: ['`url` is no http or https URL'],
    });
    await create();
    const other = config({ tables: { others: { rows: '$', columns: { id: '$.id' } } } });
    const update = (body: object) => server.post('/v1/data-sources/nova?action=update', body);
    expect((await update({ config: other })).status).toBe(400);
    expect((await update({ nonsense: 1 })).status).toBe(400);
    expect((await update({ config: config({ poll_time: 7 }), description: 'new' })).json).toMatchObject({
      description: 'new',
      config: { poll_time: 7 },
    });
    await server.post('/v1/data-sources', {
      name: 'pushed',
      driver: 'push',
      config: { tables: { t: ['a'] } },
    });
    expect((await server.post('/v1/data-sources/pushed?action=update', { polling: 'leased' })).status).toBe(
      400,
    );
  });
});

describe('secrets of a data source', () => {
  const secret = 'Bearer 5up3r-h1dden';

  it('reach the service, but are in no answer, no log line and no item of the store', async () => {
    await server.close();
    const logged: LogFields[] = [];
    const note = (message: string, fields?: LogFields): void => {
      logged.push({ message, ...fields });
    };
    const logger: Logger = { debug: note, info: note, warn: note, error: note };
    server = await ApiServer.start({ logger });
    const answers: Reply[] = [];
    answers.push(await create({ secret_headers: { Authorization: secret } }));
    answers.push(await server.get('/v1/data-sources/nova'), await server.get('/v1/data-sources'));
    await refreshed();
    expect(service.received[0]?.headers.authorization).toBe(secret);
    const hidden = config({ secret_headers: '<hidden>', headers: { 'X-More': '1' } });
    answers.push(await server.post('/v1/data-sources/nova?action=update', { config: hidden }));
    service.answer((_, response) => response.writeHead(401).end(secret));
    await server.post('/v1/data-sources/nova?action=request-refresh', undefined);
    await until(async () => (await polling()).failures_in_a_row > 0);
    expect(service.received.at(-1)?.headers).toMatchObject({ authorization: secret, 'x-more': '1' });
    answers.push(
      await server.get('/v1/data-sources/nova/status'),
      await server.get('/v1/system/changes?from=1'),
    );
    answers.push(
      await server.post('/v1/data-sources', {
        name: 'bad',
        driver: 'http_json',
        config: config({ secret_headers: { Authorization: `${secret}\r\n` } }),
      }),
    );
    for (const { text } of answers) expect(text).not.toContain('5up3r');
    expect(answers[0]?.json.config.secret_headers).toBe('<hidden>');
    expect(JSON.stringify([logged, server.logged])).not.toContain('5up3r');
    const stored = [
      await server.stateStore!.readPartition('datasource', never),
      await server.stateStore!.readRecords({ after: 0 as Sequence, limit: 100, signal: never }),
    ];
    expect(JSON.stringify(stored)).toContain('key1:test:');
    expect(JSON.stringify(stored)).not.toContain('5up3r');
  });

  it('are refused where no key is configured', async () => {
    const { DataSources } = await import('../../service/server/data-sources/data-sources.ts');
    await server.close();
    const { systemClock: clock } = await import('../../service/server/system-clock.ts');
    const { systemRandom: random } = await import('../../service/server/system-random.ts');
    const { silentLogger: logger } = await import('../../service/base/logger.ts');
    const dataSources = new DataSources({
      drivers: driverCatalog,
      secrets: new KeyRing([]),
      pollingDefault: 'leased',
      hosts: new HostRules(),
      clock,
      random,
      logger,
    });
    server = await ApiServer.start({ dataSources });
    const refused = await create({ secret_headers: { Authorization: secret } });
    expect(refused.status).toBe(503);
    expect(refused.json.error.message).toContain('no key for them is configured');
    expect((await create()).status).toBe(201);
  });
});
