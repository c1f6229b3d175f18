import { ApiServer } from './api-server.ts';

describe('an Idempotency-Key', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await ApiServer.start();
  });
  afterAll(() => server.close());

  const key = (value: string) => ({ 'idempotency-key': value });

  it('makes a repeated POST apply once and answer the same', async () => {
    const once = await server.post('/v1/policies', { name: 'a' }, key('k1'));
    const twice = await server.post('/v1/policies', { name: 'a' }, key('k1'));
    expect([once.status, twice.status]).toEqual([201, 201]);
    expect(twice.json).toEqual(once.json);
    expect((await server.get('/v1/policies')).json.results).toHaveLength(3);
  });

  it('makes a repeated DELETE answer the same', async () => {
    await server.post('/v1/policies', { name: 'gone' });
    const remove = () => server.send({ method: 'DELETE', path: '/v1/policies/gone', headers: key('k2') });
    const once = await remove();
    expect(once.status).toBe(200);
    expect((await remove()).json).toEqual(once.json);
    expect((await server.delete('/v1/policies/gone')).status).toBe(404);
  });

  it('is refused with another body', async () => {
    await server.post('/v1/policies', { name: 'b' }, key('k3'));
    const reply = await server.post('/v1/policies', { name: 'c' }, key('k3'));
    expect(reply.status).toBe(422);
    expect(reply.json.error).toMatchObject({ error_code: 422 });
    expect((await server.get('/v1/policies/c')).status).toBe(404);
  });

  it('means something else under another path', async () => {
    expect((await server.post('/v1/policies/a/rules', { rule: 'p(1)' }, key('k4'))).status).toBe(201);
    expect((await server.post('/v1/policies/b/rules', { rule: 'p(1)' }, key('k4'))).status).toBe(201);
  });

  it('does not remember what was refused', async () => {
    expect((await server.post('/v1/policies/a/rules', { rule: 'p(x' }, key('k5'))).status).toBe(400);
    expect((await server.post('/v1/policies/a/rules', { rule: 'p(2)' }, key('k5'))).status).toBe(201);
  });
});
