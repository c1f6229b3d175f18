import { authenticates, furtherConfigurationProblems } from './constructs/server-environment.ts';

/**
 * What can be chosen for a deployment, read from the CDK context (`cdk.json`, or `-c key=value`).
 * docs/AWS.md has the same list with its reasons.
 */
export interface Settings {
  /** Context `stackName`. */
  readonly stackName: string;
  /** Copies of the server. At least 2; 3 by default, so that one may fail while another is being replaced. */
  readonly replicas: number;
  /** Availability zones of the network, 2 to 4. */
  readonly zones: number;
  readonly vpcCidr: string;
  /** `isolated`: no way out but to AWS endpoints. `nat`: a NAT gateway in each zone, for polled data sources. */
  readonly egress: 'isolated' | 'nat';
  readonly architecture: 'X86_64' | 'ARM64';
  /** 1024 is one virtual CPU. */
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  /** An image that exists; null: built from the Dockerfile when the stack is deployed. */
  readonly imageUri: string | null;
  /** ACM certificate of the HTTPS listener; null: HTTP, inside the network only. */
  readonly certificateArn: string | null;
  /** The name clients use, only for the URL in the outputs: DNS is not part of the stack. */
  readonly domainName: string | null;
  readonly internetFacing: boolean;
  /** Who may reach the balancer; the network's own range when it is internal and nothing is given. */
  readonly allowedCidrs: readonly string[];
  /** Tables and logs survive `cdk destroy`, and deletion protection is on. */
  readonly retainData: boolean;
  readonly tableEncryption: 'aws-managed' | 'aws-owned';
  /** `kms`: a key of its own wraps the secrets of data sources. `none`: data sources with secrets are refused. */
  readonly dataSourceSecrets: 'kms' | 'none';
  readonly logRetentionDays: number;
  /** SNS topic that alarms go to; null: they show in CloudWatch only. */
  readonly alarmTopicArn: string | null;
  /** Further configuration of the server by environment variable name. */
  readonly environment: Readonly<Record<string, string>>;
}

/** All that is wrong with the context at once, one line each. */
export class SettingsProblem extends Error {
  override readonly name = 'SettingsProblem';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the context is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Retention periods that CloudWatch Logs accepts, in days. */
const logRetentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653];

/** Memory in MiB that Fargate accepts for a number of CPU units. */
const fargateMemory: Readonly<
  Record<number, { readonly min: number; readonly max: number; readonly step: number }>
> = {
  512: { min: 1024, max: 4096, step: 1024 },
  1024: { min: 2048, max: 8192, step: 1024 },
  2048: { min: 4096, max: 16_384, step: 1024 },
  4096: { min: 8192, max: 30_720, step: 1024 },
  8192: { min: 16_384, max: 61_440, step: 4096 },
  16384: { min: 32_768, max: 122_880, step: 8192 },
};

const cidrPattern = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/;
/** account, region, repository, `:tag` or `@digest`. */
const ecrPattern =
  /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/(?<name>[a-z0-9._/-]+)(?::(?<tag>[\w.-]+)|@(?<digest>sha256:[0-9a-f]{64}))$/;

/** The parts of an image address in a private Amazon ECR registry; null when it is somewhere else. */
export function ecrImageParts(imageUri: string): EcrImageParts | null {
  const { account, region, name, tag, digest } = ecrPattern.exec(imageUri)?.groups ?? {};
  const version = tag ?? digest;
  return account && region && name && version ? { account, region, name, version } : null;
}

export interface EcrImageParts {
  readonly account: string;
  readonly region: string;
  /** Of the repository. */
  readonly name: string;
  /** A tag, or `sha256:` and the digest. */
  readonly version: string;
}

/**
 * Reads and checks the whole context. Throws SettingsProblem with every problem.
 * @param get the context value of a key: text when it came from the command line, any JSON from `cdk.json`.
 */
export function readSettings(get: (key: string) => unknown): Settings {
  const problems: string[] = [];
  const read = reader(get, problems);
  const internetFacing = read.flag('internetFacing', false);
  const vpcCidr = read.text('vpcCidr') ?? '10.0.0.0/16';
  const settings: Settings = {
    stackName: read.text('stackName') ?? 'CongressHa',
    replicas: read.integer('replicas', { byDefault: 3, min: 2, max: 100 }),
    zones: read.integer('zones', { byDefault: 3, min: 2, max: 4 }),
    vpcCidr,
    egress: read.oneOf('egress', ['isolated', 'nat']),
    architecture: read.oneOf('architecture', ['X86_64', 'ARM64']),
    cpuUnits: read.integer('cpuUnits', { byDefault: 1024, min: 512, max: 16_384 }),
    memoryMiB: read.integer('memoryMiB', { byDefault: 4096, min: 1024, max: 122_880 }),
    imageUri: read.text('imageUri'),
    certificateArn: read.text('certificateArn'),
    domainName: read.text('domainName'),
    internetFacing,
    allowedCidrs: read.list('allowedCidrs') ?? (internetFacing ? [] : [vpcCidr]),
    retainData: read.flag('retainData', true),
    tableEncryption: read.oneOf('tableEncryption', ['aws-managed', 'aws-owned']),
    dataSourceSecrets: read.oneOf('dataSourceSecrets', ['kms', 'none']),
    logRetentionDays: read.integer('logRetentionDays', { byDefault: 30, min: 1, max: 3653 }),
    alarmTopicArn: read.text('alarmTopicArn'),
    environment: read.record('environment'),
  };
  problems.push(...contradictions(settings));
  if (problems.length > 0) throw new SettingsProblem(problems);
  return settings;
}

/** What is wrong although each value alone is possible. */
function contradictions(settings: Settings): readonly string[] {
  const problems = [...furtherConfigurationProblems(settings.environment)];
  const { certificateArn, imageUri, internetFacing, cpuUnits, memoryMiB } = settings;
  if (internetFacing && certificateArn === null) {
    problems.push('`internetFacing` needs `certificateArn`: plain HTTP is not offered to the internet');
  }
  if (internetFacing && settings.allowedCidrs.length === 0) {
    problems.push('`internetFacing` needs `allowedCidrs`: say who may reach the server');
  }
  if (internetFacing && !authenticates(settings.environment)) {
    problems.push(
      '`internetFacing` needs authentication: `environment` with CONGRESS_AUTH and what it needs (docs/SECURITY.md)',
    );
  }
  for (const cidr of [settings.vpcCidr, ...settings.allowedCidrs]) {
    if (!cidrPattern.test(cidr)) problems.push(`\`${cidr}\` is not an IPv4 range such as 10.0.0.0/16`);
  }
  if (imageUri !== null && settings.egress === 'isolated' && ecrImageParts(imageUri) === null) {
    problems.push(
      '`imageUri` outside Amazon ECR needs `egress=nat`: an isolated network reaches ECR only (account.dkr.ecr.region.amazonaws.com/name:tag)',
    );
  }
  const memory = fargateMemory[cpuUnits];
  if (memory === undefined) {
    problems.push(`\`cpuUnits\` must be one of ${Object.keys(fargateMemory).join(', ')}`);
  } else if (memoryMiB < memory.min || memoryMiB > memory.max || memoryMiB % memory.step !== 0) {
    problems.push(
      `\`memoryMiB\` with ${cpuUnits} CPU units must be ${memory.min} to ${memory.max} in steps of ${memory.step}`,
    );
  }
  if (!logRetentionDays.includes(settings.logRetentionDays)) {
    problems.push(`\`logRetentionDays\` must be one of ${logRetentionDays.join(', ')}`);
  }
  return problems;
}

interface Range {
  readonly byDefault: number;
  readonly min: number;
  readonly max: number;
}

/** One function for each shape of value; each notes a problem and goes on with the default. */
function reader(get: (key: string) => unknown, problems: string[]) {
  const text = (key: string): string | null => {
    const value = get(key);
    if (value === undefined || value === null || value === '') return null;
    if (typeof value === 'string') return value;
    problems.push(`\`${key}\` must be text`);
    return null;
  };
  return {
    text,

    integer(key: string, range: Range): number {
      const value = get(key) ?? range.byDefault;
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
      if (
        typeof number === 'number' &&
        Number.isInteger(number) &&
        number >= range.min &&
        number <= range.max
      ) {
        return number;
      }
      problems.push(`\`${key}\` must be a whole number from ${range.min} to ${range.max}`);
      return range.byDefault;
    },

    flag(key: string, byDefault: boolean): boolean {
      const value = get(key) ?? byDefault;
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      problems.push(`\`${key}\` must be true or false`);
      return byDefault;
    },

    /** The first choice is the default. */
    oneOf<const Choice extends string>(key: string, choices: readonly [Choice, ...Choice[]]): Choice {
      const value = text(key) ?? choices[0];
      const chosen = choices.find((choice) => choice === value);
      if (chosen === undefined) problems.push(`\`${key}\` must be one of ${choices.join(', ')}`);
      return chosen ?? choices[0];
    },

    /** A JSON list, or text separated by commas. */
    list(key: string): readonly string[] | null {
      const value = get(key);
      if (value === undefined || value === null) return null;
      if (typeof value === 'string') return value.split(',').map((part) => part.trim());
      if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value;
      problems.push(`\`${key}\` must be a list of texts`);
      return null;
    },

    /** A JSON object of texts, or the same as text. */
    record(key: string): Readonly<Record<string, string>> {
      const value = get(key) ?? {};
      const object = typeof value === 'string' ? parsedOrNull(value) : value;
      if (typeof object === 'object' && object !== null && !Array.isArray(object)) {
        const entries = Object.entries(object);
        if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
          return Object.fromEntries(entries);
        }
      }
      problems.push(`\`${key}\` must be a JSON object of texts by environment variable name`);
      return {};
    },
  };
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
