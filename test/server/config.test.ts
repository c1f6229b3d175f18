import { type Environment, InvalidConfiguration, readConfig } from '../../service/server/config.ts';

const loopback = { CONGRESS_HOST: '127.0.0.1' };
const memory = { ...loopback, CONGRESS_STORE: 'memory' };

function problemsOf(environment: Environment): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('has defaults for everything but the place of the database', () => {
    expect(readConfig({ AWS_REGION: 'eu-central-1', CONGRESS_ALLOW_UNAUTHENTICATED: 'true' })).toMatchObject({
      host: '0.0.0.0',
      auth: 'none',
      port: 1789,
      store: 'dynamodb',
      awsRegion: 'eu-central-1',
      dynamodbEndpoint: null,
      stateTable: 'congress-state',
      rowsTable: 'congress-rows',
      createTables: 'auto',
      pollIntervalMs: 500,
      keepAliveMs: 75_000,
      shutdownDeadlineMs: 25_000,
      trustProxy: false,
      logLevel: 'info',
    });
  });

  it('takes the region from AWS_DEFAULT_REGION, and none when the endpoint is local', () => {
    expect(readConfig({ ...loopback, AWS_DEFAULT_REGION: 'us-west-2' }).awsRegion).toBe('us-west-2');
    expect(problemsOf({ ...loopback, CONGRESS_DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' })).toEqual([]);
  });

  it('takes an empty text for unset', () => {
    expect(readConfig({ ...memory, CONGRESS_PORT: '', CONGRESS_DYNAMODB_ENDPOINT: '' }).port).toBe(1789);
  });

  it('asks for a region or an endpoint when there is neither', () => {
    expect(problemsOf(loopback)).toEqual([
      expect.stringMatching(/^AWS_REGION is not set; .*CONGRESS_DYNAMODB_ENDPOINT/),
    ]);
  });

  it('lists all problems at once, with what is allowed', () => {
    const problems = problemsOf({
      ...memory,
      CONGRESS_PORT: '70000',
      CONGRESS_LOG_LEVEL: 'loud',
      CONGRESS_DYNAMODB_ENDPOINT: 'ftp://x',
      CONGRESS_TRUST_PROXY: 'yes',
      CONGRESS_STATE_TABLE: 'a b',
    });
    expect(problems).toEqual([
      'CONGRESS_PORT is "70000"; allowed is a whole number from 0 to 65535 (default 1789)',
      'CONGRESS_DYNAMODB_ENDPOINT is "ftp://x"; allowed is an http or https URL',
      'CONGRESS_STATE_TABLE is "a b"; allowed is 3 to 255 of `A-Z a-z 0-9 _ - .` (default congress-state)',
      'CONGRESS_TRUST_PROXY is "yes"; allowed is `true`, `false`, or addresses and ranges (CIDR) separated by commas (default false)',
      'CONGRESS_LOG_LEVEL is "loud"; allowed is `debug` or `info` or `warn` or `error` or `silent` (default info)',
    ]);
  });

  it.each(['1.5', '-1', 'abc', '1e3', '0x10', ' 5', '99999999999999999999'])(
    'refuses the number %j',
    (text) => {
      expect(problemsOf({ ...memory, CONGRESS_POLL_INTERVAL_MS: text })).toHaveLength(1);
    },
  );

  it.each([
    ['CONGRESS_POL_INTERVAL_MS', 'CONGRESS_POLL_INTERVAL_MS is'],
    ['CONGRESS_REPLICA_ID', 'CONGRESS_REPLICA_NAME'],
    ['CONGRESS_PROT', 'CONGRESS_PORT'],
  ])('suggests a name for %s', (name, wanted) => {
    expect(problemsOf({ ...memory, [name]: 'x' })).toEqual([
      `${name} is not known; did you mean ${wanted.split(' ')[0]}?`,
    ]);
  });

  it('suggests nothing for a name that is like no other, and ignores what is not ours', () => {
    expect(problemsOf({ ...memory, CONGRESS_WIBBLE_WOBBLE_FACTOR: 'x' })).toEqual([
      'CONGRESS_WIBBLE_WOBBLE_FACTOR is not known',
    ]);
    expect(problemsOf({ ...memory, PATH: '/bin', CONGRESSIONAL: 'x' })).toEqual([]);
  });

  it('wants the shutdown to last longer than its draining', () => {
    expect(problemsOf({ ...memory, CONGRESS_DRAIN_MS: '30000' })).toEqual([
      'CONGRESS_DRAIN_MS is 30000; allowed is less than CONGRESS_SHUTDOWN_DEADLINE_MS, which is 25000',
    ]);
  });
});
