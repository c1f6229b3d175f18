import { parseArgs } from 'node:util';
import { defaultPort, defaultReplicas, replicasMax } from './cluster-plan.ts';
import { knownPorts } from './cluster-state.ts';

/** A command line that we do not understand; the message says what is allowed. */
class UsageProblem extends Error {}

export interface UpOptions {
  readonly port: number;
  readonly replicas: number;
  readonly detach: boolean;
  readonly fresh: boolean;
  readonly docker: boolean;
}

export function parseUp(given: readonly string[]): UpOptions {
  const usage = 'scripts/up [--replicas N] [--port 1789] [--detach] [--fresh] [--docker]';
  const values = parse(given, usage).values;
  return {
    port: portOf(values.port) ?? defaultPort,
    replicas: wholeNumber('--replicas', values.replicas ?? String(defaultReplicas), replicasMax),
    detach: values.detach === true,
    fresh: values.fresh === true,
    docker: values.docker === true,
  };
}

/** `--port`, else the default port, else the only port at which something was started. */
export function parsePort(root: string, given: readonly string[], usage: string): number {
  const { values, positionals } = parse(given, usage);
  if (positionals.length > 0)
    throw new UsageProblem(`\`${positionals[0]}\` is not understood; usage: ${usage}`);
  return portOf(values.port) ?? onlyPort(root);
}

export interface ReplicaOrder {
  readonly action: 'kill' | 'stop' | 'start';
  readonly replica: number;
  readonly port: number;
}

export function parseReplicaOrder(root: string, given: readonly string[]): ReplicaOrder {
  const usage = 'scripts/replica kill|stop|start K [--port 1789]';
  const { values, positionals } = parse(given, usage);
  const [action, replica, ...more] = positionals;
  if ((action !== 'kill' && action !== 'stop' && action !== 'start') || more.length > 0) {
    throw new UsageProblem(`usage: ${usage}`);
  }
  return {
    action,
    replica: wholeNumber('K', replica ?? '', replicasMax),
    port: portOf(values.port) ?? onlyPort(root),
  };
}

function parse(given: readonly string[], usage: string) {
  try {
    return parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        replicas: { type: 'string' },
        detach: { type: 'boolean' },
        fresh: { type: 'boolean' },
        docker: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageProblem(`${error instanceof Error ? error.message : error}; usage: ${usage}`);
  }
}

function portOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber('--port', text, 65_535 - replicasMax - 1);
}

function onlyPort(root: string): number {
  const known = knownPorts(root);
  return known.length === 1 && known[0] !== undefined ? known[0] : defaultPort;
}

function wholeNumber(what: string, text: string, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > max)
    throw new UsageProblem(`${what} is a whole number from 1 to ${max}, not \`${text}\``);
  return number;
}
