import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { driverCatalog } from '../../service/datasources/driver-catalog.ts';
import { projectRoot } from '../support/source-tree.ts';
import { ApiServer, type Reply } from './api-server.ts';
import { fakeCloudDriver } from './fake-cloud-driver.ts';
import { restExpectations } from './rest-expectations.ts';
import { type Bindings, matchWire } from './wire-pattern.ts';

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

describe.each(recorded.rest)('the session $session of Congress', ({ session, steps }) => {
  let server: ApiServer;
  let bindings: Bindings = new Map();

  beforeAll(async () => {
    server = await ApiServer.start({ drivers: new Map([['fakeds', fakeCloudDriver], ...driverCatalog]) });
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
