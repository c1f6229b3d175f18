import { createServer } from 'node:net';

/** A port that something of ours has to listen on, and what that is. */
export interface WantedPort {
  readonly port: number;
  readonly purpose: string;
}

/** Ports that something else listens on. */
class PortsInUse extends Error {
  readonly ports: readonly WantedPort[];

  constructor(ports: readonly WantedPort[]) {
    const list = ports.map(({ port, purpose }) => `${port} (${purpose})`).join(', ');
    super(`something else listens on port ${list}; stop it, or choose others with --port`);
    this.ports = ports;
  }
}

/** Throws PortsInUse with all those of the ports that are taken. */
export async function requireFreePorts(wanted: readonly WantedPort[]): Promise<void> {
  const taken: WantedPort[] = [];
  for (const each of wanted) if (!(await isFree(each.port))) taken.push(each);
  if (taken.length > 0) throw new PortsInUse(taken);
}

/** Ports that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  try {
    const server = await listen(port);
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch {
    return false;
  }
}

function listen(port: number): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
