import { createServer, type Server, Socket } from 'node:net';

/** What the way does to what goes through it. */
export type ProxyFault =
  | { readonly kind: 'none' }
  /** Every piece of data takes so much longer, each way. */
  | { readonly kind: 'latency'; readonly delayMs: number; readonly jitterMs: number }
  /** A connection is reset when its first answer comes. */
  | { readonly kind: 'reset' }
  /** Connections stay open, and nothing gets through. */
  | { readonly kind: 'black-hole' }
  /** New connections are closed at once, and old ones too. */
  | { readonly kind: 'closed' };

/** A way over TCP on this machine that can be made bad while it is in use. */
export class FaultProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #sockets = new Set<Socket>();
  #fault: ProxyFault = { kind: 'none' };

  private constructor(server: Server, ports: { readonly own: number; readonly target: number }) {
    this.#server = server;
    this.port = ports.own;
    this.#targetPort = ports.target;
    server.on('connection', (client) => this.#connect(client));
  }

  static async start(ports: { readonly own: number; readonly target: number }): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server, ports);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(ports.own, '127.0.0.1', resolve);
    });
    return proxy;
  }

  set fault(fault: ProxyFault) {
    this.#fault = fault;
    if (fault.kind === 'closed') this.#dropAll();
  }

  /** Connections that were black holes never come to life again, as those through a broken path. */
  heal(): void {
    const { kind } = this.#fault;
    this.#fault = { kind: 'none' };
    if (kind === 'black-hole') this.#dropAll();
  }

  async stop(): Promise<void> {
    this.#dropAll();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #connect(client: Socket): void {
    if (this.#fault.kind === 'closed') {
      client.destroy();
      return;
    }
    const target = new Socket();
    target.connect(this.#targetPort, '127.0.0.1');
    this.#join(client, target, false);
    this.#join(target, client, true);
  }

  #join(from: Socket, to: Socket, answers: boolean): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (data) => this.#pass(data, { to, from, answers }));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }

  #pass(data: Buffer, way: { readonly to: Socket; readonly from: Socket; readonly answers: boolean }): void {
    const fault = this.#fault;
    if (fault.kind === 'black-hole') return;
    if (fault.kind === 'reset' && way.answers) {
      way.to.resetAndDestroy();
      return;
    }
    if (fault.kind !== 'latency') {
      way.to.write(data);
      return;
    }
    const delayMs = fault.delayMs + Math.random() * fault.jitterMs;
    setTimeout(() => {
      if (!way.to.destroyed) way.to.write(data);
    }, delayMs);
  }

  #dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
