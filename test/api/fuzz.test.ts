import { ArbitraryJson } from '../../scripts/fuzz/arbitrary-json.ts';
import { arbitraryRequest } from '../../scripts/fuzz/arbitrary-request.ts';
import { fuzz } from '../../scripts/fuzz/fuzz-run.ts';
import { HttpExchange } from '../../scripts/fuzz/http-exchange.ts';
import { type Operation, operationsOf } from '../../scripts/fuzz/operation.ts';
import { endpoints } from '../../service/api/endpoints.ts';
import { driverCatalog } from '../../service/datasources/driver-catalog.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { ApiServer } from './api-server.ts';

const [first, ...others] = operationsOf(endpoints);
const operations: readonly [Operation, ...Operation[]] = [first as Operation, ...others];

/** The bounded run of `npm run fuzz -- api`. */
async function run(server: ApiServer, requests: number) {
  const exchange = new HttpExchange(Number(new URL(server.url).port));
  const random = new SeededRandom(11);
  try {
    return await fuzz({ requests, random, operations, exchange, credentials: {}, findingsMax: 5 });
  } finally {
    exchange.close();
  }
}

describe('random requests', () => {
  it('are the same for the same seed, and reach every route', () => {
    const drawn = () => {
      const draw = new ArbitraryJson(new SeededRandom(3));
      return Array.from({ length: 1_000 }, () => arbitraryRequest(draw, operations));
    };
    const requests = drawn();
    const texts = (all: typeof requests) =>
      all.map(({ path, body }) => `${path} ${body?.toString('latin1')}`);
    expect(texts(requests).join() === texts(drawn()).join()).toBe(true);
    expect(new Set(requests.map(({ operation }) => operation.path)).size).toBe(
      new Set(operations.map(({ path }) => path)).size,
    );
  });

  it('are answered without an undeclared 5xx, and change nothing when they are refused', async () => {
    const server = await ApiServer.start({ replication: { readWaitMs: 10 } });
    try {
      const { findings, byStatus } = await run(server, 400);
      expect(findings).toEqual([]);
      expect(server.logged).toEqual([]);
      expect([...byStatus.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 501]));
    } finally {
      await server.close();
    }
  });

  it('find a route that fails, and say with what', async () => {
    const broken = new Map(driverCatalog);
    broken.get = () => {
      throw new TypeError('a bug');
    };
    const server = await ApiServer.start({ drivers: broken, replication: { readWaitMs: 10 } });
    try {
      const { findings } = await run(server, 400);
      expect(findings.map(({ what }) => what)).toContain('status 500 is not declared');
      expect(server.logged.length).toBeGreaterThan(0);
    } finally {
      await server.close();
    }
  });
});
