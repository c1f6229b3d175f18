import { ApiServer } from './api-server.ts';

let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.start();
});

afterAll(() => server.close());

describe('GET /v1/system/replicas', () => {
  it('lists the replica that answers', async () => {
    const { status, json } = await server.get('/v1/system/replicas');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      self: 'test',
      converged: true,
      stale: false,
      live: ['test'],
      results: [{ replica: 'test', self: true, live: true, lag: 0, ready: true, leases: expect.any(Array) }],
    });
  });
});

describe('GET /v1/system/sequence', () => {
  it('says how far the replicas are', async () => {
    const { status, json } = await server.get('/v1/system/sequence');
    expect(status).toBe(200);
    expect(json).toMatchObject({ head: 1, watermark: 1, reached: true, wanted: null, missing: [] });
  });

  it('answers at once when the sequence has reached everyone', async () => {
    const { status, json } = await server.get('/v1/system/sequence?wait=1');
    expect(status).toBe(200);
    expect(json).toMatchObject({ wanted: 1, reached: true, live: ['test'] });
  });

  it('answers 503 with who is missing when it has not in time', async () => {
    const { status, json, headers } = await server.get('/v1/system/sequence?wait=2&timeout_ms=20');
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('1');
    expect(json).toMatchObject({ wanted: 2, reached: false, missing: ['test'] });
  });

  it.each(['wait=x', 'wait=-1', 'wait=1&timeout_ms=60001'])('refuses %s', async (query) => {
    expect((await server.get(`/v1/system/sequence?${query}`)).status).toBe(400);
  });
});
