import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../service/base/logger.ts';
import { driverCatalog } from '../../service/datasources/driver-catalog.ts';
import { fillLibrary } from '../../service/policy/writes/fill-library.ts';
import { libraryPoliciesIn } from '../../service/server/library-files.ts';
import { systemRandom } from '../../service/server/system-random.ts';
import { projectRoot } from '../support/source-tree.ts';
import { ApiServer, type Reply } from './api-server.ts';
import { fakeCloudDriver } from './fake-cloud-driver.ts';
import { polledBefore, restExpectations } from './rest-expectations.ts';
import { type Bindings, matchWire } from './wire-pattern.ts';

/** Without those that Congress does not have. */
const driversOfCongress = [...driverCatalog].filter(([id]) => id !== 'http_json');

interface Step {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly location?: string;
  readonly status: number;
  readonly response: unknown;
}

const recorded = JSON.parse(readFileSync(join(projectRoot, 'test/vectors/rest.json'), 'utf8')) as {
  readonly rest: readonly { readonly session: string; readonly steps: readonly Step[] }[];
};

const shippedLibrary = join(projectRoot, 'service/policy/library');

describe.each(recorded.rest)('the session $session of Congress', ({ session, steps }) => {
  let server: ApiServer;
  let bindings: Bindings = new Map();

  beforeAll(async () => {
    const drivers = new Map([['fakeds', fakeCloudDriver], ...driversOfCongress]);
    const library = await libraryPoliciesIn(shippedLibrary, { logger: silentLogger, random: systemRandom });
    server = await ApiServer.start({ drivers, firstWrites: fillLibrary(library ?? []) });
    bindings = new Map(session === 'library' ? shippedIds(server) : []);
  });
  afterAll(() => server.close());

  for (const [number, step] of steps.entries()) {
    const expectation = restExpectations[session]?.[number];
    const title = `${number}: ${step.method} ${step.path}`;
    if (expectation?.kind === 'skipped') {
      it.skip(`${title} (${expectation.reason})`, () => {});
      continue;
    }
    it(expectation === undefined ? title : `${title}, which differs: ${expectation.reason}`, async () => {
      await pollOnce(server, polledBefore[session]?.[number]);
      const reply = await server.send(asked(step, bindings));
      expect({ status: reply.status, text: reply.text }).toMatchObject({
        status: expectation?.status ?? step.status,
      });
      const recordedBody = expectation?.response ?? step.response;
      bindings = expectMatch(recordedBody, bodyOf(reply, server.url), bindings);
      if (step.location !== undefined) {
        bindings = expectMatch(step.location, local(reply.headers.location ?? '', server.url), bindings);
      }
    });
  }
});

/** The recording left out the answer from which these ids come; all but the first are asked for alike. */
function shippedIds(server: ApiServer): readonly (readonly [string, string])[] {
  const shipped = [...server.replica.catalog.library.list()].sort((left) =>
    left.name === 'NetworkGateway' ? -1 : 1,
  );
  const placeholders = [1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map((number) => `uuid-${number}`);
  return shipped.map(({ id }, index) => [placeholders[index] ?? '', id]);
}

async function pollOnce(server: ApiServer, dataSource: string | undefined): Promise<void> {
  if (dataSource === undefined) return;
  const path = `/v1/data-sources/${dataSource}`;
  await server.post(`${path}?action=request-refresh`, undefined);
  const updates = async () => (await server.get(`${path}/status`)).json.number_of_updates;
  while ((await updates()) === '0') await new Promise((resolve) => setImmediate(resolve));
}

function asked(step: Step, bindings: Bindings) {
  const { method, rawBody, headers = {} } = step;
  const path = step.path.replace(/<(uuid-\d+)>/g, (_, name: string) => bindings.get(name) ?? name);
  return {
    method,
    path,
    headers,
    ...(step.body === undefined ? {} : { body: step.body }),
    ...(rawBody === undefined ? {} : { rawBody }),
  };
}

function bodyOf(reply: Reply, url: string): unknown {
  return reply.text === '' ? '' : JSON.parse(local(reply.text, url));
}

function local(text: string, url: string): string {
  return text.replaceAll(url, 'http://localhost');
}

function expectMatch(expected: unknown, actual: unknown, bindings: Bindings): Bindings {
  const found = matchWire(expected, actual, bindings);
  // Shows both when they do not match.
  if (found === null) expect(actual).toEqual(expected);
  expect(found).not.toBeNull();
  return found ?? bindings;
}
