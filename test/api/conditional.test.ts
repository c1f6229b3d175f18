import { gunzipSync } from 'node:zlib';
import { ApiServer } from './api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
  const config = { tables: { t: ['x'] } };
  await server.post('/v1/data-sources', { name: 'ds', driver: 'push', config });
});
afterAll(() => server.close());

const rowsPath = '/v1/data-sources/ds/tables/t/rows';
const put = (count: number) =>
  server.put(
    rowsPath,
    Array.from({ length: count }, (_, index) => [`row ${index}`]),
  );

describe('entity tags', () => {
  it.each([10, 2_500])('of %d rows tell whether they are still the same', async (count) => {
    await put(count);
    const first = await server.get(rowsPath);
    const tag = String(first.headers.etag);
    expect(tag).toMatch(/^W\/"[\w-]{43}"$/);
    expect(first.json.results).toHaveLength(count);
    const same = await server.get(rowsPath, { 'if-none-match': `"other", ${tag}` });
    expect({ status: same.status, text: same.text, etag: same.headers.etag }).toEqual({
      status: 304,
      text: '',
      etag: tag,
    });
    expect(same.headers['congress-sequence']).toBeDefined();
    // Something else has changed, the rows have not.
    await server.post('/v1/policies', { name: `unrelated${count}` });
    expect((await server.get(rowsPath, { 'if-none-match': tag })).status).toBe(304);
    await put(count + 1);
    const changed = await server.get(rowsPath, { 'if-none-match': tag });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(tag);
  });

  it('are on lists and elements, not on errors', async () => {
    const { headers } = await server.get('/v1/policies');
    expect((await server.get('/v1/policies', { 'if-none-match': String(headers.etag) })).status).toBe(304);
    expect((await server.get('/v1/policies/action', { 'if-none-match': '*' })).status).toBe(304);
    const missing = await server.get('/v1/policies/nope', { 'if-none-match': '*' });
    expect([missing.status, missing.headers.etag]).toEqual([404, undefined]);
  });
});

describe('compression', () => {
  const compressed = (path: string, encoding: string) => fetchRaw(path, { 'accept-encoding': encoding });

  async function fetchRaw(path: string, headers: Readonly<Record<string, string>>) {
    const { request } = await import('node:http');
    const { hostname, port } = new URL(server.url);
    return new Promise<{ encoding: string | undefined; vary: string | undefined; bytes: Buffer }>(
      (resolve) => {
        request({ hostname, port, path, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              encoding: response.headers['content-encoding'],
              vary: response.headers.vary,
              bytes: Buffer.concat(chunks),
            }),
          );
        }).end();
      },
    );
  }

  it.each([200, 2_500])('makes %d rows small, and they come out the same', async (count) => {
    await put(count);
    const plain = await server.get(rowsPath);
    const { encoding, vary, bytes } = await compressed(rowsPath, 'gzip');
    expect([encoding, vary]).toEqual(['gzip', 'Accept-Encoding']);
    expect(gunzipSync(bytes).toString()).toBe(plain.text);
    expect(bytes.length).toBeLessThan(plain.text.length / 4);
  });

  it('keeps no listeners behind, however often a slow client makes it wait', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    await put(40_000);
    const plain = await server.get(rowsPath);
    const { bytes } = await compressed(rowsPath, 'gzip');
    process.off('warning', warned);
    expect(gunzipSync(bytes).toString()).toBe(plain.text);
    expect(warnings).toEqual([]);
  });

  it('leaves tiny answers and clients that do not ask alone', async () => {
    expect((await compressed('/v1/policies/action', 'gzip')).encoding).toBeUndefined();
    await put(200);
    expect((await server.get(rowsPath)).headers['content-encoding']).toBeUndefined();
    expect((await compressed(rowsPath, 'identity')).encoding).toBeUndefined();
  });
});

describe('request ids', () => {
  it('of OpenStack come back; others are replaced', async () => {
    const given = 'req-0b5bd3c8-7f0a-4b9e-9a55-2f3c7d1e8a90';
    const idOf = async (sent: string) =>
      (await server.get('/v1/policies', { 'x-openstack-request-id': sent })).headers[
        'x-openstack-request-id'
      ];
    expect(await idOf(given)).toBe(given);
    for (const other of ['x', 'req-1', `${given} `.repeat(2), `${given}"`]) {
      expect(await idOf(other)).toMatch(/^req-[0-9a-f-]{36}$/);
      expect(await idOf(other)).not.toBe(other);
    }
  });
});
