import { ReadNotFresh, WriteNotCommitted, WriteQueueFull } from '../../service/replication/problems.ts';
import { StoreUnavailable } from '../../service/store/problems.ts';
import { ApiServer } from './api-server.ts';
import { FakeReplica } from './fake-replica.ts';

describe('what a reader sees', () => {
  let replica: FakeReplica;
  let server: ApiServer;

  beforeEach(async () => {
    replica = new FakeReplica();
    server = await ApiServer.overReplica(replica);
  });
  afterEach(() => server.close());

  it.each([
    ['/v1/policies', 200],
    ['/v1/policies/nope', 404],
    ['/v1/nothing', 404],
    ['/', 200],
    ['/elsewhere', 300],
    ['/livez', 200],
    ['/readyz', 200],
    ['/healthz', 200],
    ['/metrics', 200],
  ])('%s tells sequence, staleness and request id', async (path, status) => {
    const reply = await server.get(path);
    expect(reply.status).toBe(status);
    expect(reply.headers['congress-sequence']).toBe('7');
    expect(reply.headers['congress-staleness-ms']).toBe('12');
    expect(reply.headers['x-openstack-request-id']).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(reply.headers['congress-stale']).toBeUndefined();
    expect(reply.headers['x-powered-by']).toBeUndefined();
  });

  it('waits for linearizable by default, which may be answered stale', async () => {
    replica.pass = async () => ({ stale: true });
    const reply = await server.get('/v1/policies');
    expect(replica.awaited).toEqual([{ kind: 'linearizable', explicit: false }]);
    expect(reply.headers['congress-stale']).toBe('true');
  });

  it.each([
    [{ 'congress-consistency': 'linearizable' }, [{ kind: 'linearizable', explicit: true }]],
    [{ 'Congress-Consistency': 'Linearizable' }, [{ kind: 'linearizable', explicit: true }]],
    [{ 'congress-min-sequence': '12' }, [{ kind: 'at-least', sequence: 12 }]],
    [
      { 'congress-consistency': 'linearizable', 'congress-min-sequence': '0' },
      [
        { kind: 'linearizable', explicit: true },
        { kind: 'at-least', sequence: 0 },
      ],
    ],
    [
      { 'congress-consistency': 'bounded', 'congress-min-sequence': '3' },
      [{ kind: 'bounded' }, { kind: 'at-least', sequence: 3 }],
    ],
    [{ 'congress-consistency': 'bounded' }, [{ kind: 'bounded' }]],
  ])('asks the replica for what %j says', async (headers: Record<string, string>, awaited) => {
    expect((await server.get('/v1/policies', headers)).status).toBe(200);
    expect(replica.awaited).toEqual(awaited);
  });

  it.each([
    { 'congress-consistency': 'eventual' },
    { 'congress-consistency': '' },
    { 'congress-min-sequence': '-1' },
    { 'congress-min-sequence': '1.5' },
    { 'congress-min-sequence': 'abc' },
    { 'congress-min-sequence': '99999999999999999999' },
  ])('refuses the header %j', async (headers: Record<string, string>) => {
    const read = await server.get('/v1/policies', headers);
    expect(read.status).toBe(400);
    expect(read.json.error.error_code).toBe(400);
    const write = await server.post('/v1/policies', { name: 'a' }, headers);
    expect(write.status).toBe(400);
    expect(replica.awaited).toEqual([]);
  });

  it('answers 503 with Retry-After when the consistency cannot be had', async () => {
    replica.pass = () => Promise.reject(new ReadNotFresh('the head is not reached', { retryAfterMs: 1_500 }));
    const reply = await server.get('/v1/policies', { 'congress-consistency': 'linearizable' });
    expect(reply.status).toBe(503);
    expect(reply.headers['retry-after']).toBe('2');
    expect(reply.json.error).toEqual({
      message: 'Service Unavailable::the head is not reached',
      error_code: 503,
      error_data: null,
    });
  });

  it.each([new WriteNotCommitted('the store is away'), new WriteQueueFull(5)])(
    'answers a write that is not made with 503 and Retry-After: %s',
    async (problem) => {
      replica.commit = () => Promise.reject(problem);
      const reply = await server.post('/v1/policies', { name: 'a' });
      expect(reply.status).toBe(503);
      expect(reply.headers['retry-after']).toBe('1');
      expect(reply.json.error.error_code).toBe(503);
    },
  );

  it('does not show what the database said', async () => {
    replica.commit = () => Promise.reject(new StoreUnavailable('connect ECONNREFUSED 10.0.0.3:8000'));
    const reply = await server.post('/v1/policies', { name: 'a' });
    expect(reply.status).toBe(503);
    expect(reply.text).not.toContain('10.0.0.3');
  });

  it('answers a bug with a bare 500 and logs it', async () => {
    replica.commit = () => Promise.reject(new TypeError('x is not a function'));
    const reply = await server.post('/v1/policies', { name: 'a' });
    expect(reply.status).toBe(500);
    expect(reply.json).toEqual({
      error: { message: 'Internal server error', error_code: 500, error_data: null },
    });
    expect(server.logged).toHaveLength(1);
    expect(server.logged[0]).toMatchObject({ requestId: reply.headers['x-openstack-request-id'] });
  });
});

describe('a replica that is not ready', () => {
  it('answers nothing from its empty catalog, and says why on /readyz', async () => {
    const replica = new FakeReplica();
    replica.state = { ready: false, reasons: ['the catalog is not loaded yet'] };
    const server = await ApiServer.overReplica(replica);
    const read = await server.get('/v1/policies');
    expect(read.status).toBe(503);
    expect(read.headers['retry-after']).toBe('1');
    expect((await server.post('/v1/policies', { name: 'a' })).status).toBe(503);
    expect((await server.get('/')).status).toBe(200);
    expect((await server.get('/livez')).status).toBe(200);
    const ready = await server.get('/readyz');
    expect(ready.status).toBe(503);
    expect(ready.json).toEqual({ ready: false, reasons: ['the catalog is not loaded yet'] });
    expect((await server.get('/healthz')).status).toBe(503);
    await server.close();
  });

  it('goes on answering when it was ready once', async () => {
    const replica = new FakeReplica();
    const server = await ApiServer.overReplica(replica);
    expect((await server.get('/v1/policies')).status).toBe(200);
    replica.state = { ready: false, reasons: ['record 8 cannot be applied'] };
    expect((await server.get('/v1/policies')).status).toBe(200);
    expect((await server.get('/readyz')).status).toBe(503);
    await server.close();
  });

  it('while draining is not ready, serves, and closes connections after their answer', async () => {
    const server = await ApiServer.overReplica(new FakeReplica(), { isDraining: () => true });
    expect((await server.get('/readyz')).status).toBe(503);
    const reply = await server.get('/v1/policies');
    expect(reply.headers.connection).toBe('close');
    expect((await server.get('/healthz')).json).toMatchObject({ draining: true, ready: false });
    await server.close();
  });

  it('is unhealthy but ready while the store is away', async () => {
    const replica = new FakeReplica();
    replica.state = { reasons: ['store unreachable for 12 s'] };
    const server = await ApiServer.overReplica(replica);
    expect((await server.get('/readyz')).status).toBe(200);
    const health = await server.get('/healthz');
    expect(health.status).toBe(503);
    expect(health.json).toMatchObject({
      status: 'degraded',
      reasons: ['store unreachable for 12 s'],
      applied: 7,
    });
    await server.close();
  });
});
