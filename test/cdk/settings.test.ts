import { readSettings, SettingsProblem } from '../../cdk/settings.ts';

function settingsFrom(context: Readonly<Record<string, unknown>>) {
  return readSettings((key) => context[key]);
}

function problemsOf(context: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    settingsFrom(context);
  } catch (error) {
    if (error instanceof SettingsProblem) return error.problems;
    throw error;
  }
  return [];
}

describe('the settings of a deployment', () => {
  it('are usable when nothing is given', () => {
    expect(settingsFrom({})).toMatchObject({
      replicas: 3,
      zones: 3,
      egress: 'isolated',
      internetFacing: false,
      retainData: true,
      allowedCidrs: ['10.0.0.0/16'],
    });
  });

  it('are read from text, as the command line gives them, and from JSON, as cdk.json does', () => {
    const fromText = settingsFrom({
      replicas: '5',
      retainData: 'false',
      allowedCidrs: '10.1.0.0/16, 10.2.0.0/16',
    });
    const fromJson = settingsFrom({
      replicas: 5,
      retainData: false,
      allowedCidrs: ['10.1.0.0/16', '10.2.0.0/16'],
    });
    expect(fromText).toEqual(fromJson);
    expect(fromText.replicas).toBe(5);
    expect(fromText.retainData).toBe(false);
  });

  it('take further configuration of the server as an object or as its text', () => {
    const environment = { CONGRESS_POLL_INTERVAL_MS: '250' };
    expect(settingsFrom({ environment }).environment).toEqual(environment);
    expect(settingsFrom({ environment: JSON.stringify(environment) }).environment).toEqual(environment);
    expect(problemsOf({ environment: '{' })).toHaveLength(1);
    expect(problemsOf({ environment: { CONGRESS_PORT: 1 } })).toHaveLength(1);
  });

  it('refuse configuration that the server does not know or that the stack decides', () => {
    const environment = { CONGRESS_POL_INTERVAL_MS: '250', CONGRESS_STATE_TABLE: 'mine' };
    expect(problemsOf({ environment })).toEqual([
      expect.stringContaining('CONGRESS_POL_INTERVAL_MS'),
      expect.stringContaining('CONGRESS_STATE_TABLE'),
    ]);
  });

  it.each([0, 1, '1', -2, 2.5, 'many'])(
    'refuse %p replicas: two are the least that is highly available',
    (replicas) => {
      expect(problemsOf({ replicas })).toEqual(['`replicas` must be a whole number from 2 to 100']);
    },
  );

  it('refuse a single zone', () => {
    expect(problemsOf({ zones: '1' })).toEqual(['`zones` must be a whole number from 2 to 4']);
  });

  it('refuse to face the internet without a certificate, without saying who may come, or without authentication', () => {
    expect(problemsOf({ internetFacing: 'true' })).toEqual([
      expect.stringContaining('certificateArn'),
      expect.stringContaining('allowedCidrs'),
      expect.stringContaining('authentication'),
    ]);
  });

  it('refuse an image that an isolated network cannot reach', () => {
    expect(problemsOf({ imageUri: 'docker.io/example/congress:1' })).toEqual([
      expect.stringContaining('egress=nat'),
    ]);
    expect(problemsOf({ imageUri: 'docker.io/example/congress:1', egress: 'nat' })).toEqual([]);
  });

  it('refuse CPU and memory that Fargate does not combine', () => {
    expect(problemsOf({ cpuUnits: 1024, memoryMiB: 16_384 })).toEqual([
      expect.stringContaining('2048 to 8192'),
    ]);
    expect(problemsOf({ cpuUnits: 1000 })).toEqual([expect.stringContaining('512, 1024')]);
    expect(problemsOf({ cpuUnits: '2048', memoryMiB: '16384' })).toEqual([]);
  });

  it('refuse ranges that are not IPv4 ranges and periods that CloudWatch does not know', () => {
    expect(problemsOf({ allowedCidrs: 'anywhere' })).toEqual([expect.stringContaining('`anywhere`')]);
    expect(problemsOf({ logRetentionDays: 31 })).toEqual([expect.stringContaining('30, 60')]);
  });

  it('are all checked at once', () => {
    expect(problemsOf({ replicas: 1, zones: 9, retainData: 'perhaps', architecture: 'mips' })).toHaveLength(
      4,
    );
  });
});
