import { hostname } from 'node:os';
import type { SecretKey } from '../datasources/secrets/key-ring.ts';
import { authProblems, isSecret } from './auth-config.ts';
import type { ConfigVariable } from './config-variable.ts';
import { configVariables } from './config-variables.ts';

type Variables = typeof configVariables;
type Values = {
  readonly [Key in keyof Variables]: Variables[Key] extends ConfigVariable<infer Value>
    ? Value | null
    : never;
};
type Completed =
  | 'dynamodbLocalHosts'
  | 'awsRegion'
  | 'replicaName'
  | 'secretKeys'
  | 'hostsRefused'
  | 'hostsAllowed';
/** Null when unset. */
type Nullable =
  | 'libraryPath'
  | 'dynamodbEndpoint'
  | 'snapshotFolder'
  | 'authTokensFile'
  | 'authTokens'
  | 'jwtIssuer'
  | 'jwtAudience'
  | 'jwtJwksUrl'
  | 'jwtAlbArns'
  | 'keystoneUrl'
  | 'keystoneCredentialId'
  | 'keystoneCredentialSecret'
  | 'clientRequestsPerSecond'
  | 'secretKmsKey';

/** The configuration of a replica, checked as a whole. */
export type Config = Omit<
  { readonly [Key in keyof Values]: NonNullable<Values[Key]> },
  Completed | Nullable
> & { readonly [Key in Nullable]: Values[Key] } & {
  readonly replicaName: string;
  readonly dynamodbLocalHosts: readonly string[];
  readonly awsRegion: string;
  readonly secretKeys: readonly SecretKey[];
  readonly hostsRefused: readonly string[];
  readonly hostsAllowed: readonly string[];
};

/** Everything that is wrong with the environment, each with the variable and what is allowed. */
export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}`);
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks all variables. Throws InvalidConfiguration with all problems at once. */
export function readConfig(environment: Environment): Config {
  const problems = unknownVariables(environment);
  const values = readValues(
    { AWS_REGION: environment.AWS_DEFAULT_REGION, ...definedOnly(environment) },
    problems,
  );
  const config = completed(values, problems);
  if (problems.length > 0) throw new InvalidConfiguration(problems);
  return config;
}

const prefix = 'CONGRESS_';

function unknownVariables(environment: Environment): string[] {
  const known = Object.values(configVariables).map((variable) => variable.name);
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && !known.includes(name))
    .sort()
    .map((name) => {
      const near = nearest(name, known);
      return `${name} is not known${near === null ? '' : `; did you mean ${near}?`}`;
    });
}

function definedOnly(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([, text]) => text !== undefined && text !== ''),
  );
}

function readValues(environment: Environment, problems: string[]): Values {
  const entries = Object.entries(configVariables).map(([key, variable]) => {
    const text = environment[variable.name] || variable.fallback;
    if (text === null) return [key, null];
    const read = variable.schema.safeParse(text);
    if (read.success) return [key, read.data];
    const otherwise = variable.fallback === null ? '' : ` (default ${variable.fallback})`;
    const shown = isSecret(variable) || variable.isSecret === true ? 'not usable' : JSON.stringify(text);
    problems.push(`${variable.name} is ${shown}; allowed is ${variable.allowed}${otherwise}`);
    return [key, null];
  });
  return Object.fromEntries(entries) as Values;
}

/** What one variable says about another. Values that could not be read are not reported twice. */
function completed(values: Values, problems: string[]): Config {
  const { store, dynamodbEndpoint, awsRegion, drainMs, shutdownDeadlineMs } = values;
  if (store === 'dynamodb' && dynamodbEndpoint === null && awsRegion === null && problems.length === 0) {
    problems.push(
      'AWS_REGION is not set; it is needed to reach DynamoDB on AWS. For a local DynamoDB set CONGRESS_DYNAMODB_ENDPOINT, for a trial without one CONGRESS_STORE=memory',
    );
  }
  if (drainMs !== null && shutdownDeadlineMs !== null && drainMs >= shutdownDeadlineMs) {
    problems.push(
      `CONGRESS_DRAIN_MS is ${drainMs}; allowed is less than CONGRESS_SHUTDOWN_DEADLINE_MS, which is ${shutdownDeadlineMs}`,
    );
  }
  problems.push(...authProblems(values));
  if (values.serveSnapshot === true && values.snapshotFolder === null) {
    problems.push('CONGRESS_SERVE_SNAPSHOT is true; that needs CONGRESS_SNAPSHOT_FOLDER');
  }
  return {
    ...(values as Config),
    replicaName: values.replicaName ?? `${hostname()}:${values.port}`,
    dynamodbLocalHosts: values.dynamodbLocalHosts ?? [],
    awsRegion: awsRegion ?? 'us-east-1',
    secretKeys: values.secretKeys ?? [],
    hostsRefused: values.hostsRefused ?? [],
    hostsAllowed: values.hostsAllowed ?? [],
  };
}

/** The known name that differs by the fewest letters, when that is a slip and not another word. */
function nearest(name: string, known: readonly string[]): string | null {
  const [best] = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((left, right) => left.distance - right.distance);
  return best !== undefined && best.distance <= Math.max(2, name.length / 4) ? best.candidate : null;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
