import { timing } from '../timing.ts';

/** The port of a replica: Congress's own. */
export const serverPort = 1789;

export interface ServerEnvironmentProps {
  readonly stateTable: string;
  readonly rowsTable: string;
  readonly memoryMiB: number;
  /** From the context; wins over what the stack would say. */
  readonly further: Readonly<Record<string, string>>;
}

/** The environment variables of a replica (docs/CONFIGURATION.md). No secret is among them. */
export function serverEnvironment(props: ServerEnvironmentProps): Record<string, string> {
  return {
    CONGRESS_PORT: String(serverPort),
    CONGRESS_STATE_TABLE: props.stateTable,
    CONGRESS_ROWS_TABLE: props.rowsTable,
    CONGRESS_CREATE_TABLES: 'false',
    CONGRESS_DRAIN_MS: String(timing.drain * 1000),
    // All tables are in memory: without this the heap would stop growing far below what the task has.
    NODE_OPTIONS: `--max-old-space-size=${Math.floor(props.memoryMiB * 0.75)}`,
    ...props.further,
  };
}
