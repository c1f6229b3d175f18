import { connect } from 'node:net';
import { silentLogger } from '../../service/base/logger.ts';
import { readConfig } from '../../service/server/config.ts';
import { systemClock } from '../../service/server/system-clock.ts';
import { systemRandom } from '../../service/server/system-random.ts';
import { type RunningReplica, startReplica } from '../../service/server/wire.ts';

const environment = {
  CONGRESS_STORE: 'memory',
  CONGRESS_HOST: '127.0.0.1',
  CONGRESS_PORT: '0',
  CONGRESS_DRAIN_MS: '0',
  CONGRESS_REPLICA_NAME: 'r1',
};
const ports = {
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
  libraryFolder: null,
  version: '1.2.3',
};

function start(): Promise<RunningReplica> {
  return startReplica(readConfig(environment), ports);
}

async function ready(url: string): Promise<void> {
  while ((await fetch(`${url}/readyz`)).status !== 200) await new Promise((resolve) => setImmediate(resolve));
}

/** What the server answers to bytes that are no request. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

describe('a replica on the memory store', () => {
  let replica: RunningReplica;
  let url: string;

  beforeAll(async () => {
    replica = await start();
    url = `http://127.0.0.1:${replica.port}`;
    await ready(url);
  });
  afterAll(async () => {
    expect(await replica.shutdown.begin('test')).toBe(0);
  });

  it('has the default policies', async () => {
    const { results } = (await (await fetch(`${url}/v1/policies`)).json()) as { results: { name: string }[] };
    expect(results.map(({ name }) => name)).toEqual(['classification', 'action']);
  });

  it('tells its name, version and digest on /healthz', async () => {
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({
      status: 'ok',
      replica: 'r1',
      version: '1.2.3',
      applied: 1,
      catalogDigest: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('counts requests and commits on /metrics', async () => {
    await fetch(`${url}/v1/policies/nope`);
    const reply = await fetch(`${url}/metrics`);
    const text = await reply.text();
    expect(reply.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain(
      'congress_http_request_duration_seconds_count{method="GET",route="/v1/policies/:policy",status="404"} 1',
    );
    expect(text).toContain('congress_commits_total{outcome="committed"} 1');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it.each([
    ['GET / HTTP/9.9\r\n\r\n', 400],
    ['rubbish\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ])('answers what is no request with the error body', async (bytes, status) => {
    const text = await exchange(replica.port, bytes);
    expect(text.split('\r\n')[0]).toContain(`HTTP/1.1 ${status} `);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/x-openstack-request-id: req-/);
    expect(JSON.parse(body).error.error_code).toBe(status);
  });

  it('cannot listen where another one does', async () => {
    const config = readConfig({ ...environment, CONGRESS_PORT: String(replica.port) });
    await expect(startReplica(config, ports)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a replica whose database is not there', () => {
  it('listens, says so, and ends when asked', async () => {
    const config = readConfig({
      ...environment,
      CONGRESS_STORE: 'dynamodb',
      CONGRESS_DYNAMODB_ENDPOINT: 'http://127.0.0.1:9',
    });
    const replica = await startReplica(config, ports);
    const url = `http://127.0.0.1:${replica.port}`;
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const reply = await fetch(`${url}/readyz`);
    expect(reply.status).toBe(503);
    expect(await reply.json()).toEqual({
      ready: false,
      reasons: [expect.stringMatching(/^waiting for the /)],
    });
    expect((await fetch(`${url}/v1/policies`)).status).toBe(503);
    expect(await replica.shutdown.begin('test')).toBe(0);
  });
});
