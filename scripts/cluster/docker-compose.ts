import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { DockerState } from './cluster-state.ts';
import type { StatusRow } from './status-table.ts';

/** No Docker engine answers, or there is no compose; or a compose command failed. */
class DockerUnavailable extends Error {}

/** The set-up of `compose.yaml` at a port; one compose project each, so that several live side by side. */
export function dockerState(port: number, replicas: number): DockerState {
  return { kind: 'docker', port, replicas, project: `congress-${port}` };
}

/** Builds the image and starts everything; throws DockerUnavailable with what Docker said. */
export function composeUp(root: string, state: DockerState): void {
  compose(root, state, ['up', '--detach', '--build', '--scale', `replica=${state.replicas}`]);
}

/** Stops the containers, waits for the replicas to drain, and removes them, their network and their data. */
export function composeDown(root: string, state: DockerState): void {
  compose(root, state, ['down', '--volumes', '--timeout', '30']);
}

/** The container of replica k; throws when there is none. */
export function replicaContainer(state: DockerState, k: number): string {
  const found = containers(state).find(({ service, number }) => service === 'replica' && number === k);
  if (found === undefined) throw new DockerUnavailable(`there is no container of replica ${k}`);
  return found.id;
}

/** Runs `docker` with these arguments; throws DockerUnavailable with what it said. */
export function docker(...parameters: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('docker', parameters, { encoding: 'utf8' });
  if (error !== undefined) throw new DockerUnavailable('there is no `docker` command on the path');
  if (status !== 0) throw new DockerUnavailable(`docker ${parameters[0]} failed: ${stderr.trim()}`);
  return stdout.trim();
}

export function dockerStatus(state: DockerState): readonly StatusRow[] {
  return containers(state).map(({ service, number, ports, id, status }) => ({
    name: service === 'replica' ? `replica-${number}` : service,
    url: ports.map((port) => `http://127.0.0.1:${port}`).join(' ') || '-',
    pid: id,
    state: status,
    log: `docker logs ${id}`,
  }));
}

/** `up` has returned; this says whether what it started answers by now. */
export function isHealthy(state: DockerState): boolean {
  const rows = dockerStatus(state);
  return rows.length >= state.replicas + 2 && rows.every((row) => row.state.includes('(healthy)'));
}

interface Container {
  readonly id: string;
  readonly service: string;
  readonly number: number;
  /** Such as `Up 3 seconds (healthy)`. */
  readonly status: string;
  /** On this host. */
  readonly ports: readonly string[];
}

function containers({ project }: DockerState): readonly Container[] {
  const label = (name: string) => `{{.Label "com.docker.compose.${name}"}}`;
  const format = ['{{.ID}}', label('service'), label('container-number'), '{{.Status}}', '{{.Ports}}'].join(
    '\t',
  );
  const filter = `label=com.docker.compose.project=${project}`;
  return docker('ps', '--all', '--filter', filter, '--format', format)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', service = '', number = '1', status = '', ports = ''] = line.split('\t');
      const published = [...ports.matchAll(/:(\d+)->/g)].map((match) => match[1] ?? '');
      return { id, service, number: Number(number), status, ports: [...new Set(published)] };
    })
    .sort((a, b) => a.service.localeCompare(b.service) || a.number - b.number);
}

function compose(root: string, state: DockerState, parameters: readonly string[]): void {
  const [command = '', ...prefix] = composeCommand();
  const { status } = spawnSync(
    command,
    [...prefix, '--file', join(root, 'compose.yaml'), '--project-name', state.project, ...parameters],
    { cwd: root, env: { ...process.env, ...composeVariables(state) }, stdio: ['ignore', 2, 2] },
  );
  if (status !== 0) throw new DockerUnavailable(`${command} ${parameters[0]} failed; see the messages above`);
}

/** The variables of compose.yaml. Ports: the balancer's, and a range with room for a replica that is replaced. */
function composeVariables({ port, replicas }: DockerState): Readonly<Record<string, string>> {
  return {
    CONGRESS_BALANCER_PORT: String(port),
    CONGRESS_REPLICA_PORTS: `${port + 1}-${port + Math.max(replicas, 2)}`,
  };
}

/** Compose as a plugin (v2) or as a program of its own (v1). */
function composeCommand(): readonly string[] {
  docker('info', '--format', '{{.ServerVersion}}');
  const candidates = [['docker', 'compose'], ['docker-compose']];
  const found = candidates.find(
    ([command = '', ...rest]) => spawnSync(command, [...rest, 'version'], { stdio: 'ignore' }).status === 0,
  );
  if (found === undefined) {
    throw new DockerUnavailable(
      'neither `docker compose` nor `docker-compose` is there; on Debian: apt-get install docker-compose',
    );
  }
  return found;
}
