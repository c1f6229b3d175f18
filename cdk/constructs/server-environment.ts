import { configVariables } from '../../service/server/config-variables.ts';
import { timing } from '../timing.ts';

/** The port of a replica: Congress's own. */
export const serverPort = 1789;

export interface ServerEnvironmentProps {
  readonly stateTable: string;
  readonly rowsTable: string;
  readonly memoryMiB: number;
  /** Clients reach the balancer over HTTPS, so links must say so. */
  readonly https: boolean;
  /** Of the key that wraps the secrets of data sources; null without one. */
  readonly secretsKeyArn: string | null;
  /** From the context; wins over what the stack would say. */
  readonly further: Readonly<Record<string, string>>;
}

/**
 * The environment variables of a replica (docs/CONFIGURATION.md). The region comes from Fargate, credentials from
 * the role of the task; no secret is among these.
 */
export function serverEnvironment(props: ServerEnvironmentProps): Record<string, string> {
  const { port, stateTable, rowsTable, createTables, trustProxy } = configVariables;
  const { keepAliveMs, drainMs, shutdownDeadlineMs, allowUnauthenticated, secretKmsKey } = configVariables;
  return {
    [port.name]: String(serverPort),
    [stateTable.name]: props.stateTable,
    [rowsTable.name]: props.rowsTable,
    [createTables.name]: 'false',
    [trustProxy.name]: String(props.https),
    [keepAliveMs.name]: String(timing.keepAlive * 1000),
    [drainMs.name]: String(timing.drain * 1000),
    [shutdownDeadlineMs.name]: String(timing.shutdownDeadline * 1000),
    ...(authenticates(props.further) ? {} : { [allowUnauthenticated.name]: 'true' }),
    ...(props.secretsKeyArn === null ? {} : { [secretKmsKey.name]: props.secretsKeyArn }),
    // All tables are in memory: without this the heap would stop growing far below what the task has.
    NODE_OPTIONS: `--max-old-space-size=${Math.floor(props.memoryMiB * 0.75)}`,
    ...props.further,
  };
}

/** Whether the further configuration chooses a mode of authentication. */
export function authenticates(further: Readonly<Record<string, string>>): boolean {
  const mode = further[configVariables.auth.name] ?? 'none';
  return mode !== 'none' && mode !== '';
}

/** Variables that the stack decides: another value would cut the replica off from what the stack made. */
const decided = [
  configVariables.host,
  configVariables.port,
  configVariables.store,
  configVariables.dynamodbEndpoint,
  configVariables.awsRegion,
  configVariables.stateTable,
  configVariables.rowsTable,
  configVariables.createTables,
].map(({ name }) => name);

/** What is wrong with further configuration from the context: a line for each unknown or decided variable. */
export function furtherConfigurationProblems(further: Readonly<Record<string, string>>): readonly string[] {
  const known = Object.values(configVariables).map(({ name }) => name);
  return Object.keys(further).flatMap((name) => {
    if (decided.includes(name)) return [`\`environment\` must not have ${name}: the stack decides it`];
    if (known.includes(name) || name === 'NODE_OPTIONS') return [];
    return [`\`environment\` has ${name}, which is not in docs/CONFIGURATION.md`];
  });
}
